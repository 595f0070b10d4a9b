// The classic pages: each is loaded whole.
import { askConsent, introduce, say, track, whoSignedIn } from "./measure.js";

introduce();
askConsent();

document.getElementById("sign-in")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const reply = await fetch("/api/login", { method: "POST", body: JSON.stringify({ email: event.target.email.value }) });
  if (!reply.ok) {
    document.getElementById("sign-in-error").textContent = say("Cette adresse n'est pas valable.", "This address is not valid.");
    return;
  }
  introduce();
  track("Logged in", {});
  window.location.assign("/app/dashboard");
});

for (const button of document.querySelectorAll("[data-plan]")) {
  button.addEventListener("click", () => {
    if (!whoSignedIn()) return window.location.assign("/app/login");
    const plan = button.dataset.plan;
    track("Plan upgraded", { to: plan, amount: plan === "team" ? 99 : 29, currency: "EUR" });
    document.getElementById("chosen").textContent = say(`Merci ! Vous passez à l'offre ${plan}.`, `Thank you! You are on the plan ${plan} now.`);
  });
}
