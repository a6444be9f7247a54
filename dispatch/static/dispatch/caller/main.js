// The caller's page. The alarm works without this file; with it, it is alive.

import { AlarmPage } from "./elements/alarm_page.js";
import { CallFacts } from "./elements/call_facts.js";
import { CallPictures } from "./elements/call_pictures.js";
import { TalkThread } from "./elements/talk_thread.js";

customElements.define("call-facts", CallFacts);
customElements.define("call-pictures", CallPictures);
customElements.define("talk-thread", TalkThread);
// Last: it hands the alarm to the others.
customElements.define("alarm-page", AlarmPage);
