// What the server's catalogue (/jsi18n/) adds to the page.
declare function gettext(text: string): string;
declare function ngettext(one: string, many: string, count: number): string;
declare function interpolate(text: string, values: object, named?: boolean): string;
