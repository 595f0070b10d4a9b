// How the site talks to its tag, and how it asks for consent.
const CHOICE = "courriel-consent";
export const RELEASE = "2.16.0";
export const isFrench = document.documentElement.lang === "fr";
export const say = (french, english) => (isFrench ? french : english);

/** A call of the tag; before the tag is there, it waits in a list that the tag takes over. */
export function tag(call, ...values) {
  const { sillage } = window;
  if (!sillage || Array.isArray(sillage)) (window.sillage ??= []).push([call, ...values]);
  else call.split(".").reduce((of, step) => of[step], sillage)(...values);
}

export function track(name, properties) {
  tag("track", name, properties);
}

/** Who signed in, as the server wrote it. */
export function whoSignedIn() {
  const cookie = document.cookie.split("; ").find((pair) => pair.startsWith("who="));
  return cookie ? JSON.parse(decodeURIComponent(cookie.slice(4))) : undefined;
}

/** What goes with every event, and who it is: after consent only, and nothing without. */
export function introduce() {
  if (localStorage.getItem(CHOICE) !== "yes") return;
  const user = whoSignedIn();
  tag("register", { $release: RELEASE, language: document.documentElement.lang, ...(user && { country: user.country, plan: user.plan }) });
  if (!user) return;
  tag("identify", user.id, { $name: user.name, company: user.company, plan: user.plan, country: user.country, language: document.documentElement.lang });
  tag("group", "company", user.company.toLowerCase());
}

/** The question, once; and again from the foot of the page. */
export function askConsent() {
  if (!localStorage.getItem(CHOICE)) show();
  document.getElementById("consent-again")?.addEventListener("click", show);
}

function show() {
  if (document.querySelector(".consent")) return;
  const box = document.createElement("section");
  box.className = "consent";
  box.setAttribute("aria-label", say("Mesure d'audience", "Measuring"));
  box.innerHTML = `<p>${say("Nous aimerions enregistrer ce que vous voyez et cliquez, pour améliorer Courriel. Ce que vous tapez n'est jamais lu.", "We would like to record what you see and click, to make Courriel better. What you type is never read.")}</p>
    <p class="row"><button class="button small" data-px-id="consent-yes">${say("Accepter", "Accept")}</button><button class="button quiet small" data-px-id="consent-no">${say("Refuser", "Decline")}</button></p>`;
  const [yes, no] = box.querySelectorAll("button");
  yes.addEventListener("click", () => choose(box, true));
  no.addEventListener("click", () => choose(box, false));
  document.body.append(box);
}

function choose(box, isYes) {
  localStorage.setItem(CHOICE, isYes ? "yes" : "no");
  box.remove();
  tag("consent", { analytics: isYes, replay: isYes, profiles: isYes }, { mechanism: "banner", version: "2026-11" });
  introduce();
}
