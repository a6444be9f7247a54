// The operator's own picture, as the caller sees it, and the button that turns it off. In a
// colleague's call nobody is shown it: there the host's picture has its place.

import { Region } from "./region.js";
import { gettext } from "../../lib/words.js";

export class CameraPreview extends Region {
  #video = document.createElement("video");
  #host = new MediaStream();

  begin() {
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.autoplay = true;
    this.find("view").prepend(this.#video);
    this.camera.addEventListener("change", () => this.show());
    this.media.addEventListener("voices", () => this.show());
  }

  show() {
    const { isVisitor } = this.desk;
    this.reveal("toggle", !isVisitor);
    this.dataset.host = String(isVisitor); // the page says whose picture has its place
    this.#video.setAttribute(
      "aria-label",
      isVisitor ? gettext("The picture of who leads the call") : gettext("Your camera"),
    );
    if (isVisitor) this.#showHost();
    else this.#showOwn();
  }

  #showHost() {
    const track = this.media.hostPicture;
    for (const former of this.#host.getTracks()) if (former !== track) this.#host.removeTrack(former);
    if (track) {
      this.#host.addTrack(track);
      track.onunmute = track.onmute = () => this.show();
    }
    if (this.#video.srcObject !== this.#host) this.#video.srcObject = this.#host;
    const isSeen = Boolean(track && !track.muted);
    this.#video.hidden = !isSeen;
    this.dataset.sending = this.dataset.unseen = "false";
    this.reveal("note", !isSeen);
    this.write("note", gettext("No picture of who leads the call."));
  }

  #showOwn() {
    const { state, stream, isShown } = this.camera;
    const isOn = state === "on";
    if (this.#video.srcObject !== stream) this.#video.srcObject = stream;
    this.#video.hidden = !isOn;
    const isUnseen = isOn && this.#isSilent;
    this.dataset.sending = String(isShown); // recorded, and seen by colleagues in the room
    this.dataset.unseen = String(isUnseen);
    this.reveal("note", !isOn || isUnseen);
    this.write("note", isUnseen ? gettext("The caller does not see you: silent call.") : noteOf(state));
    this.write("toggle-words", isOn ? gettext("Turn camera off") : gettext("Turn camera on"));
  }

  /** In silence a phone lights up for nobody: it shows no face, whatever reaches it. */
  get #isSilent() {
    const { view, incident } = this.desk;
    return view === "call" && incident?.call.mode === "silent" && !this.desk.isOver;
  }

  /** @param {string} act */
  act(act) {
    if (act !== "camera") return false;
    this.camera.toggle();
    return true;
  }
}

/** @param {import("../own_camera.js").CameraState} state @returns {string} */
function noteOf(state) {
  switch (state) {
    case "asking":
      return gettext("The browser asks whether it may use the camera.");
    case "refused":
      return gettext("The browser refuses the camera. Allow it beside the address.");
    case "none":
      return gettext("No camera found. Calls work without it.");
    default:
      return gettext("Your camera is off. The caller does not see you.");
  }
}
