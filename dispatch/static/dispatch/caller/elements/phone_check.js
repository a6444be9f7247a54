// <phone-check>: the quiet, optional proof of a phone number while one waits.

import { find, part, write } from "../../lib/dom.js";
import { request } from "../../lib/http.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/alarm.js").Alarm} Alarm */

export class PhoneCheck extends HTMLElement {
  /** @type {Alarm | null} */ #alarm = null;
  #isConfirmed = false;

  /** @param {Alarm} alarm */
  begin(alarm) {
    this.#alarm = alarm;
    alarm.addEventListener("change", () => this.#render());
    this.addEventListener("submit", (event) => this.#submit(event));
    this.#render();
    // On a full screen it would unfold below what is in sight.
    const fold = find(this, "details", HTMLDetailsElement);
    fold.addEventListener("toggle", () => fold.open && this.scrollIntoView({ block: "end" }));
    find(this, '[data-command="other-phone"]', HTMLButtonElement).addEventListener(
      "click", () => this.#step("phone"),
    );
  }

  /** @param {SubmitEvent} event */
  async #submit(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const step = form.dataset.step === "code" ? "code" : "phone";
    const field = find(form, "input", HTMLInputElement);
    const button = find(form, "button", HTMLButtonElement);
    button.disabled = true;
    this.#say("");
    try {
      const answer = await request(`/api/v1/caller/${step}`, {
        body: { [step]: field.value.trim() },
      });
      if (answer.status >= 400) this.#say(answer.body?.detail ?? gettext("Try again."));
      else if (step === "phone") this.#step("code");
      else if (!this.#isConfirmed) this.#say(gettext("Confirmed."));
    } catch {
      this.#say(gettext("No connection. Try again."));
    } finally {
      button.disabled = false;
    }
  }

  /** @param {"phone" | "code"} step */
  #step(step) {
    for (const form of this.querySelectorAll("form")) {
      form.hidden = form.dataset.step !== step;
    }
    this.#say(step === "code" ? gettext("A code is on its way to your phone.") : "");
    find(this, `form[data-step="${step}"] input`, HTMLInputElement).focus();
  }

  #render() {
    const caller = this.#alarm?.state?.caller;
    if (!caller?.phone_masked) return;
    if (!this.#isConfirmed) this.#say("");
    this.#isConfirmed = true;
    const words = fill(gettext("Phone number confirmed: %(phone)s"), {
      phone: caller.phone_masked,
    });
    write(part(this, "summary"), words);
    this.querySelectorAll("form").forEach((form) => form.toggleAttribute("hidden", true));
  }

  /** @param {string} sentence */
  #say(sentence) {
    write(part(this, "phone-status"), sentence);
  }
}
