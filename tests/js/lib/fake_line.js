// A WebSocket without a network: the test is the server.
export class FakeSocket {
  static OPEN = 1;
  static made = [];

  constructor(url, subprotocol) {
    Object.assign(this, { url, subprotocol, readyState: 0, sent: [], isClosed: false });
    FakeSocket.made.push(this);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.isClosed = true;
    this.readyState = 2;
  }

  open() {
    this.readyState = 1;
    this.onopen?.(); // an early one has no listener yet
  }

  say(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }

  drop(code = 1006) {
    this.readyState = 3;
    this.onclose?.({ code });
  }

  sentTypes() {
    return this.sent.map(({ type }) => type);
  }
}

export const welcome = (cursor, snapshot = { fresh: true }) => ({
  type: "welcome",
  epoch: 1,
  cursors: { s: cursor },
  snapshots: snapshot ? { s: snapshot } : {},
  you: {},
  at: "2026-08-21T01:41:07.123456Z",
});
