// Before the first paint, or a white page would flash at night: how this person wants the
// screen. Not a module, which would come too late. Dark, unless something else was chosen.

try {
  const theme = localStorage.getItem("alarm110.theme");
  if (theme === "light" || theme === "auto") document.documentElement.dataset.theme = theme;
} catch {
  // The browser keeps nothing for this page: dark then.
}
