// The alarm was raised by the plain form before the page's modules had loaded, and modules
// do run here: go on with the live page, which finds the call by the device cookie. But not
// from under who is writing: the words go out by this page, and its link leads on.

const words = document.querySelector("textarea");

if (!words?.value && document.activeElement !== words) {
  // The way there can take long on a thin line; who begins to write meanwhile stays.
  words?.addEventListener("focus", () => window.stop(), { once: true });
  location.replace("/");
}
