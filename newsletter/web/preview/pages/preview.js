// Shows the letter anew at every save, and what the controls ask for, without losing the place.

const form = document.getElementById("wish");
const status = document.getElementById("status");
let number = Number(document.body.dataset.number);
let asked = 0;

let chosen = new URLSearchParams(location.search).has("reader");

/** What the controls ask for; a reader only once somebody has chosen one. */
function query() {
  const asks = new URLSearchParams(new FormData(form));
  if (!chosen) asks.delete("reader");
  return asks.toString();
}
const say = (words) => { status.textContent = words; };
const clock = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** Load *source* behind the letter that is shown, and change them when it is there; then *ready* is called. */
function change(frame, source, title, ready) {
  document.querySelectorAll("iframe.coming").forEach((late) => late.remove());
  const next = frame.cloneNode();
  Object.assign(next, { src: source, title });
  next.classList.add("coming");
  next.addEventListener("load", () => {
    if (!next.isConnected) return;
    ready();
    const inside = frame.contentWindow;
    next.contentWindow?.scrollTo(inside?.scrollX ?? 0, inside?.scrollY ?? 0);
    const focused = document.activeElement === frame;
    next.classList.remove("coming");
    frame.remove();
    if (focused) next.focus();
    document.body.dataset.shown = `${number} ${Date.now()}`;
  }, { once: true });
  frame.after(next);
}

/** Put the new page's parts in the place of the old ones; what has the focus keeps it. */
function take(fresh) {
  for (const old of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(old.id);
    if (!now || old.isEqualNode(now)) continue;
    if (old.id === "reader" && keepReader(old, now)) continue;
    if (old.id === "stage" && keepLetter(old, now)) continue;
    if (old.id === "send" && old.querySelector("#address")) keepAddress(old, now);
    const id = old.contains(document.activeElement) ? document.activeElement.id : "";
    const top = old.querySelector("pre, ol")?.scrollTop ?? 0;
    old.replaceWith(now);
    if (id) document.getElementById(id)?.focus({ preventScroll: true });
    const inner = now.querySelector("pre, ol");
    if (inner) inner.scrollTop = top;
  }
  document.title = fresh.title;
}

/** A list that somebody types into must stay the same list, unless it has other readers. */
function keepReader(old, now) {
  const names = (list) => [...list.options].map((one) => one.value + one.text).join();
  if (names(old) === names(now)) { if (!chosen) old.value = now.value; return true; }
  if (chosen && [...now.options].some((one) => one.value === old.value)) now.value = old.value;
  return false;
}

function keepLetter(old, now) {
  const [frame, next] = [old.querySelector("iframe:not(.coming)"), now.querySelector("iframe")];
  if (!frame || !next) return false;
  const hint = old.querySelector(".hint"), hinted = now.querySelector(".hint");
  if (hint?.textContent !== hinted?.textContent) { hint?.remove(); if (hinted) old.prepend(hinted); }
  old.querySelector(".device").dataset.width = now.querySelector(".device").dataset.width;
  frame.title = next.title;
  old.querySelectorAll("iframe.coming").forEach((late) => { late.title = next.title; });
  return true;
}

function keepAddress(old, now) {
  const said = now.querySelector("#trial-said");
  now.querySelector("#address").value = old.querySelector("#address").value;
  if (!said.textContent.trim()) said.replaceWith(old.querySelector("#trial-said"));
}

/** Ask for the letter as the controls want it, and then for all that is said of it: the letter waits for nothing. */
async function refresh(words = "") {
  const mine = ++asked;
  const wanted = query();
  const frame = document.querySelector("#stage iframe:not(.coming)");
  if (frame && form.elements.part.value === "letter") {
    await new Promise((ready) => change(frame, `letter?${wanted}&number=${number}`, frame.title, ready));
  }
  if (mine !== asked) return;
  const answer = await fetch(`?${wanted}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== asked) return;
  take(fresh);
  const wrong = Boolean(document.querySelector(".trouble[role=alert]"));
  if (words) say(wrong ? `Something is wrong, ${clock()}` : words);
}

async function goTo(line) {
  form.elements.part.value = "article";
  history.replaceState(null, "", `?${query()}#line-${line}`);
  await refresh();
  const row = document.getElementById(`line-${line}`);
  row?.setAttribute("tabindex", "-1");
  row?.scrollIntoView({ block: "center" });
  row?.focus({ preventScroll: true });
}

form.addEventListener("change", (event) => {
  chosen ||= event.target.id === "reader";
  history.replaceState(null, "", `?${query()}`);
  refresh();
});
form.addEventListener("submit", (event) => event.preventDefault());

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  goTo(link.dataset.line);
});

document.addEventListener("submit", async (event) => {
  if (event.target.id !== "trial") return;
  event.preventDefault();
  const trial = event.target, button = trial.querySelector("button"), said = trial.querySelector("#trial-said");
  button.disabled = true;
  said.className = "outcome";
  said.textContent = "Sending …";
  try {
    const answer = await fetch(trial.action, { method: "POST", body: new URLSearchParams(new FormData(trial)) });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("trial-said");
    const now = document.getElementById("trial-said");
    now.className = fresh?.className ?? "outcome bad";
    now.innerHTML = fresh?.innerHTML ?? "The test was not sent: reload the page and try again.";
  } catch {
    document.getElementById("trial-said").textContent = "The preview does not answer, so it is not known whether the test was sent.";
  }
  document.querySelector("#trial button").disabled = false;
});

let missed = 0;
const events = new EventSource("events");
events.addEventListener("message", (event) => {
  const back = missed > 0;
  missed = 0;
  if (Number(event.data) === number) { if (back) say(`Live again since ${clock()}`); return; }
  number = Number(event.data);
  refresh(`Saved and shown ${clock()}`);
});
events.addEventListener("error", () => {
  missed += 1;
  say("The preview has ended. Type the same command again for a new one.");
  if (missed > 5) events.close();
});
say("Live: changes at every save");
if (location.hash.startsWith("#line-")) document.querySelector(location.hash)?.scrollIntoView({ block: "center" });
