// A list that is read at its end stays there: whatever comes, and whatever the place it
// stands in loses to something else on the screen. Who scrolled up is left where they are.

const NEAR_PX = 24;

export class AtEnd {
  #scroll;
  #isAtEnd = true;

  /** @param {HTMLElement} scroll  what scrolls @param {HTMLElement} list  what grows in it */
  constructor(scroll, list) {
    this.#scroll = scroll;
    // Only a person's scrolling, and our own, fires it; a place that shrinks does not.
    scroll.addEventListener("scroll", () => {
      const { scrollHeight, scrollTop, clientHeight } = scroll;
      this.#isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
      scroll.dataset.above = String(scrollTop > 1); // the page shows that there is more
    });
    const sizes = new ResizeObserver(() => this.keep());
    sizes.observe(scroll);
    sizes.observe(list);
  }

  /** Something came or changed its size: the end is shown, if it was. */
  keep() {
    if (this.#isAtEnd) this.go();
  }

  /** Show the end, wherever one was. */
  go() {
    this.#isAtEnd = true;
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }
}
