// The address of the page: `#/{project}` or `#/{project}/{section}`.
import { useEffect, useState } from "preact/hooks";

const LAST_PROJECT = "mimir.project";

/** Give the project and the section that the address names; both may be null. */
export function useRoute() {
  const [route, setRoute] = useState(readRoute);
  useEffect(() => {
    const follow = () => setRoute(readRoute());
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return route;
}

/** Write the address of a project, or of a section of its page. */
export function routeTo(project, section = null) {
  return `#/${encodeURIComponent(project)}${section ? `/${section}` : ""}`;
}

/** Open a project and remember it for the next visit. */
export function openProject(project) {
  localStorage.setItem(LAST_PROJECT, project);
  window.location.hash = routeTo(project);
}

/** Give the project to open first: the one of the last visit when it still exists, else the first. */
export function firstProject(projects) {
  const last = localStorage.getItem(LAST_PROJECT);
  const names = projects.map((project) => project.name);
  return names.includes(last) ? last : (names[0] ?? null);
}

/** Bring a section into view and move the focus there. */
export function showSection(id) {
  const target = document.getElementById(id);
  if (!target) return;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  target.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  target.focus({ preventScroll: true });
}

function readRoute() {
  const [project = "", section = ""] = window.location.hash.replace(/^#\/?/, "").split("/");
  return { project: project ? decodeURIComponent(project) : null, section: section || null };
}
