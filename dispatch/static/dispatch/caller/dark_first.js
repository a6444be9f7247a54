// Before the first paint: a silent call that is loaded again must not light up the room.
// Not a module, on purpose: modules run after the page is shown.
(function darkFirst() {
  try {
    const kept = JSON.parse(sessionStorage.getItem("alarm110.caller") ?? "{}");
    if ((kept.tap ?? kept.call)?.mode !== "silent") return;
    document.documentElement.dataset.theme = "dark";
    document.documentElement.toggleAttribute("data-silent", true);
  } catch {
    // No storage, no memory of silence.
  }
})();
