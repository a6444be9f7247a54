// Who is in the room of the call at this seat, and what this seat may do there. The host
// does everything; who was asked in sees all of it and acts only for themselves.

/** @typedef {import("./shapes.js").Seat} Seat */
/** @typedef {import("./shapes.js").IncidentSnapshot} IncidentSnapshot */
/** @typedef {import("./room_shapes.js").Party} Party */
/** @typedef {import("./room_shapes.js").Invitation} Invitation */
/**
 * @typedef {object} Person  one in the room, as the strip shows them
 * @property {string} key
 * @property {string} participant  empty for the host
 * @property {import("./room_shapes.js").RoomRole} role
 * @property {string} label
 * @property {string} label_en
 * @property {string} name
 * @property {boolean} isMuted
 * @property {boolean} isMe
 * @property {boolean} isWhispering  the host alone hears
 */

/** @param {Seat | null} seat @returns {boolean} whether it was asked into another's call */
export function isVisitor(seat) {
  return seat?.activity === "on_call" && !["", "host", undefined].includes(seat.room_role);
}

/**
 * @param {Seat | null} seat @param {IncidentSnapshot | null} incident
 * @returns {boolean} for this seat: it ended, or went to somebody else
 */
export function isOverHere(seat, incident) {
  return incident?.call.state === "ended" || seat?.activity === "wrap_up";
}

/**
 * @param {Seat | null} seat @param {IncidentSnapshot | null} incident
 * @returns {boolean} it is this seat's to lead
 */
export function isHost(seat, incident) {
  return (
    seat?.activity === "on_call" &&
    incident?.call.state === "connected" &&
    !isVisitor(seat) &&
    (incident.call.seat === null || incident.call.seat === seat.seat)
  );
}

/** @param {IncidentSnapshot} incident @param {Seat} seat @returns {Person[]} the host first */
export function peopleOf(incident, seat) {
  const { call, room } = incident;
  if (call.state !== "connected") return [];
  /** @type {Person} */
  const host = {
    key: "host",
    participant: "",
    role: "host",
    label: call.seat_label,
    label_en: call.seat_label_en,
    name: call.operator,
    isMuted: incident.muted?.host.audio ?? false,
    isMe: call.seat === seat.seat,
    isWhispering: false,
  };
  const person = (/** @type {Party} */ party, /** @type {boolean} */ isWhispering) => ({
    key: party.participant,
    participant: party.participant,
    role: party.role,
    label: party.label,
    label_en: party.label_en,
    name: room?.people[party.participant] ?? "",
    isMuted: party.is_muted,
    isMe: isVisitor(seat) && isMine(party, room?.people[party.participant] ?? "", seat),
    isWhispering,
  });
  return [
    host,
    ...(room?.parties ?? []).map((party) => person(party, false)),
    ...(room?.whispering ?? []).map((party) => person(party, true)),
  ];
}

/**
 * A party is known by its label; two seats may be labelled alike, two people hardly.
 * @param {Party} party @param {string} name @param {Seat} seat
 */
function isMine(party, name, seat) {
  return party.label === seat.label && (!name || !seat.operator || name === seat.operator);
}

/**
 * @param {Person} person @param {boolean} isLeading  whether this seat is host
 * @returns {{mute: boolean, remove: boolean, handOver: boolean, leave: boolean}}
 *   what may be done about them here
 */
export function actsOn(person, isLeading) {
  const isOther = isLeading && !person.isMe && person.role !== "host";
  return {
    mute: isOther,
    remove: isOther,
    handOver: isOther && (person.role === "second" || person.role === "interpreter"),
    leave: person.isMe && person.role !== "host",
  };
}

/** @param {IncidentSnapshot} incident @returns {Invitation[]} still ringing, first asked first */
export function ringing(incident) {
  return Object.values(incident.invitations ?? {})
    .filter(({ call }) => call === incident.call.call)
    .sort((one, other) => one.expires_at.localeCompare(other.expires_at));
}
