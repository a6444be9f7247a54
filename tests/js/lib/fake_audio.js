// Media elements and streams without a browser.
export class FakeAudio {
  static made = [];
  /** Whether the browser wants a press first. */ static isRefusing = false;

  srcObject = null;
  isPlaying = false;

  constructor() {
    FakeAudio.made.push(this);
  }

  async play() {
    if (FakeAudio.isRefusing) throw new DOMException("press first", "NotAllowedError");
    this.isPlaying = true;
  }

  pause() {
    this.isPlaying = false;
  }

  /** Everything that sounds now. */
  static get heard() {
    return FakeAudio.made
      .filter(({ isPlaying, srcObject }) => isPlaying && srcObject)
      .flatMap(({ srcObject }) => srcObject.getTracks());
  }
}
