// The REST API as functions. Failures are thrown as `Problem`; nothing here knows how they are shown.

const BASE = "/api/v1";
const MEDIA_TYPES = { answer: "application/sparql-results+json, text/turtle", csv: "text/csv" };

let clockSkew = 0;

/** An RFC 9457 problem, or the network's failure in the same shape. */
export class Problem extends Error {
  constructor({ title, detail = "", status = 0, errors = null }) {
    super(title);
    this.name = "Problem";
    this.title = title;
    this.detail = detail;
    this.status = status;
    this.errors = errors;
  }
}

/** Give the server's time in milliseconds: the ages of steps must not depend on the reader's clock. */
export function serverNow() {
  return Date.now() + clockSkew;
}

export const listProjects = () => getJson("/projects").then((page) => page.items);
export const createProject = (name) => postJson("/projects", { name });
export const fetchSummary = (project) => getJson(`${projectPath(project)}/summary`);
export const fetchLatestRun = (project) =>
  getJson(`${projectPath(project)}/runs?limit=1`).then((page) => page.items[0] ?? null);
export const listViolationGroups = (project, limit) =>
  getJson(`${projectPath(project)}/violation-groups?limit=${limit}`);
export const listViolations = (project, limit, group) =>
  getJson(`${projectPath(project)}/violations?limit=${limit}&group=${encodeURIComponent(group)}`);
export const proposeRepairs = (project, group) => postJson(`${projectPath(project)}/repairs`, { group });
export const listAlerts = (project, state) => getJson(`${projectPath(project)}/alerts?state=${state}`);
export const acknowledgeAlert = (project, alert, by) =>
  postJson(`${alertPath(project, alert)}/acknowledge`, { by });
export const resolveAlert = (project, alert, by, reason) =>
  postJson(`${alertPath(project, alert)}/resolve`, { by, reason });
export const fetchTwinDiff = (project, twin) => getJson(`${twinPath(project, twin)}/diff`);

/** Give the address of the SPARQL endpoint of a project, or of one of its twins. */
export function sparqlAddress(project, twin = null) {
  return `${twin ? twinPath(project, twin) : projectPath(project)}/sparql`;
}

/** Run a query; `form` is "answer" (JSON results or Turtle) or "csv". */
export function runQuery(address, query, form, signal) {
  return send(address, {
    method: "POST",
    headers: { "Content-Type": "application/sparql-query", Accept: MEDIA_TYPES[form] },
    body: query,
    signal,
  });
}

/** Follow a run until it has ended; returns the function that stops following. */
export function followRun(project, run, onRun) {
  const address = `${BASE}${projectPath(project)}/runs/${encodeURIComponent(run)}/events`;
  const source = new EventSource(address);
  source.addEventListener("run", (event) => {
    const update = JSON.parse(event.data);
    if (hasEnded(update)) source.close();
    onRun(update);
  });
  return () => source.close();
}

export const hasEnded = (run) => run.state === "succeeded" || run.state === "failed";

/** Upload files in one request; `onProgress` gets the share sent, 0 to 1. `fetch` cannot report it. */
export function uploadFiles(project, files, onProgress) {
  const form = new FormData();
  for (const file of files) form.append("files", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${BASE}${projectPath(project)}/files`);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("error", () => reject(unreachable()));
    request.addEventListener("load", () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText));
      else reject(problemOf(request.status, request.statusText, request.responseText));
    });
    request.send(form);
  });
}

const projectPath = (project) => `/projects/${encodeURIComponent(project)}`;
const alertPath = (project, alert) => `${projectPath(project)}/alerts/${encodeURIComponent(alert)}`;
const twinPath = (project, twin) => `${projectPath(project)}/twins/${encodeURIComponent(twin)}`;

async function getJson(path) {
  const response = await send(`${BASE}${path}`, { headers: { Accept: "application/json" } });
  return response.json();
}

async function postJson(path, body) {
  const response = await send(`${BASE}${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
  return response.status === 204 ? null : response.json();
}

async function send(address, options) {
  const response = await fetch(address, options).catch((cause) => {
    if (cause.name === "AbortError") throw cause;
    throw unreachable();
  });
  const date = Date.parse(response.headers.get("Date") ?? "");
  if (!Number.isNaN(date)) clockSkew = Math.abs(date - Date.now()) > 2000 ? date - Date.now() : 0;
  if (response.ok) return response;
  throw problemOf(response.status, response.statusText, await response.text());
}

function unreachable() {
  return new Problem({
    title: "The server does not answer",
    detail: "Check that Mimir is running and that this machine can reach it, then try again.",
  });
}

function problemOf(status, statusText, text) {
  try {
    const { title, detail, errors } = JSON.parse(text);
    return new Problem({ title: title ?? statusText, detail, status, errors });
  } catch {
    return new Problem({ title: `${status} ${statusText}`.trim(), detail: text.slice(0, 500), status });
  }
}
