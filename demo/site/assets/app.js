// The application: one page, whose views follow the address. What is wrong on purpose is marked FLAW; demo/site/README.md lists it.
import { askConsent, introduce, whoSignedIn } from "./measure.js";
import { accountView, cancellationView, contactsView, dashboardView, reportsView } from "./rooms.js";
import { audienceView, editorView, scheduleView, sentView, templateView } from "./campaign.js";

const VIEWS = {
  "/app/dashboard": dashboardView,
  "/app/contacts": contactsView,
  "/app/reports": reportsView,
  "/app/account": accountView,
  "/app/cancellation": cancellationView,
  "/app/audience": audienceView,
  "/app/template": templateView,
  "/app/editor": editorView,
  "/app/schedule": scheduleView,
  "/app/campaign-sent": sentView,
};
const place = document.getElementById("view");

function show() {
  const path = window.location.pathname.replace(/(.)\/+$/, "$1");
  const view = VIEWS[path] ?? dashboardView;
  for (const link of document.querySelectorAll(".side nav a")) link.toggleAttribute("aria-current", link.getAttribute("href") === path);
  place.replaceChildren();
  window.scrollTo(0, 0);
  view({ place, go, user: whoSignedIn() });
}

function go(path) {
  window.history.pushState({}, "", path);
  show();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-view]");
  if (!link || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});
window.addEventListener("popstate", show);

const { name = "", company = "" } = whoSignedIn() ?? {};
document.getElementById("who").textContent = `${name} · ${company}`;
introduce();
askConsent();
show();
