// Asks that the server has not yet confirmed. They outlive a lost line and a reload, and are sent
// again under the same id, so none is lost and none is made twice.

const KEPT_AS = "zoetrope.outbox";
const MOST_TRIES = 5;

export class Outbox {
  #connection;
  #frames;

  constructor(connection) {
    this.#connection = connection;
    this.#frames = new Map(JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "[]"));
  }

  get frames() {
    return [...this.#frames.values()].map(({ frame }) => frame);
  }

  /** Send a frame under a new id, now or as soon as the line is back. */
  send(frame) {
    const numbered = { ...frame, id: newId() };
    this.#frames.set(numbered.id, { frame: numbered, tries: 1 });
    this.#keep();
    this.#connection.send(numbered);
    return numbered;
  }

  /** Send everything again that is still unconfirmed; what is never taken is given up. */
  sendAgain() {
    for (const [id, waiting] of this.#frames) {
      if (waiting.tries >= MOST_TRIES) this.#frames.delete(id);
      else this.#connection.send(waiting.frame);
      waiting.tries += 1;
    }
    this.#keep();
  }

  /** Forget a frame that has been confirmed or refused; gives it back if it was waiting. */
  settle(id) {
    const waiting = this.#frames.get(id);
    this.#frames.delete(id);
    this.#keep();
    return waiting?.frame;
  }

  #keep() {
    sessionStorage.setItem(KEPT_AS, JSON.stringify([...this.#frames]));
  }
}

/** A random UUID; `crypto.randomUUID` itself is missing on plain-http pages of a local network. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
