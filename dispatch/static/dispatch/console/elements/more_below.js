// Whether a box that scrolls holds more below than is seen: the page lets it fade out there,
// for a field or a row that is cut through reads as the last one.

const NEAR_PX = 4; // padding, and half pixels of an enlarged page

/** @param {HTMLElement} scroll  what scrolls; `data-below` says it for the page's style */
export function tellMoreBelow(scroll) {
  const tell = () => {
    const { scrollHeight, scrollTop, clientHeight } = scroll;
    scroll.dataset.below = String(scrollHeight - scrollTop - clientHeight > NEAR_PX);
  };
  scroll.addEventListener("scroll", tell);
  const sizes = new ResizeObserver(tell);
  sizes.observe(scroll);
  for (const child of scroll.children) sizes.observe(child);
  tell();
  return tell;
}
