// Numbers, times and names as people read them.

const COUNT = new Intl.NumberFormat("en");
const SCORE = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const DAY_AND_TIME = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const SIZE_UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** Write a whole number with thousands separated. */
export const count = (number) => COUNT.format(number);

/** Write a number with its noun: "1 row", "2,000 rows". */
export function counted(number, singular, plural = `${singular}s`) {
  return `${count(number)} ${number === 1 ? singular : plural}`;
}

/** Write a measure with three significant digits. */
export const score = (number) => (number === null || number === undefined ? "–" : SCORE.format(number));

/** Write a duration given in seconds: "0.4 s", "12 s", "3 min 05 s", "1 h 04 min". */
export function duration(seconds) {
  if (seconds < 0.05) return "< 0.1 s";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

/** Write a file's size. */
export function fileSize(bytes) {
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), SIZE_UNITS.length - 1);
  return `${SCORE.format(bytes / 1000 ** power)} ${SIZE_UNITS[power]}`;
}

/** Write a moment in the reader's time zone; "–" when there is none. */
export function moment(text) {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? "–" : DAY_AND_TIME.format(time);
}

/** Shorten an IRI to its local name, and a thing's IRI to `Class/key`; other text stays as it is. */
export function shortName(text) {
  const iri = bareIri(text);
  if (iri === null) return String(text);
  const thing = iri.match(/\/id\/([^/]+\/[^/]+)$/);
  const local = thing ? thing[1] : iri.replace(/[#/]$/, "").match(/[^#/]*$/)[0];
  return decoded(local || iri);
}

/** Give the IRI that a text is, with or without angle brackets, or null when it is something else. */
export function bareIri(text) {
  const match = /^<?([a-z][a-z0-9+.-]*:[^\s<>"]+)>?$/i.exec(String(text));
  return match ? match[1] : null;
}

/** Write a term of a diff: IRIs shortened, literals without their datatype. */
export function shortTerm(term) {
  const text = typeof term === "object" && term !== null ? term.value : String(term);
  const literal = /^"((?:[^"\\]|\\.)*)"(?:@[\w-]+|\^\^<[^>]*>)?$/s.exec(text);
  return literal ? literal[1] : shortName(text);
}

const pad = (number) => String(number).padStart(2, "0");

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
