/* What htmx cannot do: follow a log, find in it, keep the title true, listen to keys. Every page works without. */
"use strict";

(() => {
  const MOST_LINES = 5000;
  const byId = (id) => document.getElementById(id);

  // ---- the title says what the page says, also after a poll
  function retitle() {
    const told = document.querySelector("[data-title]");
    if (told && document.title !== told.dataset.title) document.title = told.dataset.title;
  }

  // ---- exact times on hover, by MXX's clock and, where that is another, by the reader's own
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

  function tellHere(event) {
    const time = event.target.closest?.("time[title]");
    if (!time || time.title.includes("\n") || time.title.endsWith(` ${here}`)) return;
    const style = { dateStyle: "full", timeStyle: "medium" };
    const own = new Intl.DateTimeFormat(document.documentElement.lang, style).format(new Date(time.dateTime));
    time.title += `\n${own} ${here}`;
  }
  document.addEventListener("mouseover", tellHere);

  // ---- keys: "/" searches, "?" tells them all, the others press what names them: "r", or "g j" in two strokes
  let first = "";
  const sent = new Map(); // when a key last sent a form: the second stroke would send it again before the page has gone
  const isTwice = (keys, time) => time - (sent.get(keys) ?? -Infinity) < 5000;

  function pressed(event) {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const keys = first ? `${first} ${event.key}` : event.key;
    first = !first && event.key === "g" ? "g" : "";
    if (first) setTimeout(() => { first = ""; }, 1500);
    const meant = /^[\w ]+$/.test(keys) ? document.querySelector(`[data-keys="${keys}"]`) : null;
    if (keys === "/") byId("search")?.focus();
    else if (keys === "?") byId("keys")?.togglePopover();
    else if (meant && !event.repeat && !isTwice(keys, event.timeStamp)) {
      if (meant.type === "submit") sent.set(keys, event.timeStamp);
      meant.click();
    }
    else return;
    event.preventDefault();
  }
  document.addEventListener("keydown", pressed);
  window.addEventListener("pageshow", () => sent.clear());

  // ---- the lists of jobs and of runs: choose all; while some are chosen the list does not change under the hand
  const boxes = () => [...document.querySelectorAll('#jobs [name="job"], #runs [name="run"]')];

  function choosing() {
    const all = byId("choose-all");
    if (!all) return;
    all.hidden = false;
    const chosen = boxes().filter((box) => box.checked).length;
    all.checked = chosen > 0 && chosen === boxes().length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
  document.addEventListener("change", (event) => {
    if (event.target.id === "choose-all") boxes().forEach((box) => { box.checked = event.target.checked; });
    if (event.target.closest?.("#jobs, #runs")) choosing();
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "jobs" && boxes().some((box) => box.checked)) event.preventDefault();
  });

  // ---- Enter in the name of a new param is its own button's, not that of Save
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.id !== "add-param") return;
    event.preventDefault();
    byId("do-add-param").click();
  });

  // ---- what is sent without a session comes back after the login: this tab alone has kept it
  const editor = byId("editor");
  const written = () => editor.querySelector("#toml").value;
  const KEPT = ["toml", "name", "revision"];

  function remember() {
    const values = KEPT.map((name) => [name, editor.elements[name]?.value]);
    sessionStorage.setItem("sent", JSON.stringify({ to: editor.action, values }));
  }

  function bringBack() {
    const sent = JSON.parse(sessionStorage.getItem("sent"));
    sessionStorage.removeItem("sent");
    if (sent?.to !== editor.action || !document.referrer.startsWith(`${location.origin}/login/`)) return;
    for (const [name, value] of sent.values) if (editor.elements[name]) editor.elements[name].value = value;
    byId("toml").dispatchEvent(new Event("input", { bubbles: true }));
    byId("unsent").hidden = false;
  }

  // ---- an editor that was changed asks before it is left
  let saving = false;
  if (editor) {
    const before = editor.dataset.changed ? null : written();
    bringBack();
    editor.addEventListener("submit", () => { saving = true; remember(); });
    window.addEventListener("beforeunload", (event) => {
      if (!saving && written() !== before) event.preventDefault();
    });
    // whoever else has this job open is told whether it is being changed here
    document.body.addEventListener("htmx:configRequest", (event) => {
      if (event.target.matches(".company") && written() !== before) event.detail.parameters.changed = "yes";
    });
    // and a session that ended meanwhile does not take the text away with the page
    document.body.addEventListener("htmx:beforeOnLoad", (event) => {
      if (event.target.matches(".company") && event.detail.xhr.getResponseHeader("HX-Redirect")) event.preventDefault();
    });
  }

  // ---- follow the log: stay at its end until the reader scrolls up
  let atEnd = true;

  function follow() {
    const view = byId("window");
    if (view && atEnd && byId("follow").checked) view.scrollTop = view.scrollHeight;
  }

  function isAtEnd() {
    const view = byId("window");
    return !view || view.scrollHeight - view.scrollTop - view.clientHeight < 40;
  }

  function trim() {
    const lines = byId("lines");
    // not firstElementChild: the white space between lines would stay, and grow for ever
    while (lines && lines.childElementCount > MOST_LINES) lines.firstChild.remove();
  }

  // ---- find in the lines shown; the button searches the whole log
  const STREAMS = { out: (line) => !line.matches(".by-mxx, .on-stderr"), err: (line) => line.matches(".on-stderr"), mxx: (line) => line.matches(".by-mxx") };

  function find() {
    const field = byId("find");
    if (!field || !byId("lines")) return;
    const wanted = field.value.trim().toLowerCase();
    const stream = STREAMS[byId("stream").value];
    const launch = byId("launch")?.value;
    let count = 0;
    for (const line of document.querySelectorAll("#lines > li")) {
      const fits = (!wanted || line.textContent.toLowerCase().includes(wanted))
        && (!stream || stream(line)) && (!launch || line.dataset.launch === launch);
      line.hidden = !fits;
      if (fits) count += 1;
    }
    byId("found").textContent = wanted || stream || launch ? String(count) : "";
  }

  // ---- a link to a line that is folded away leads to it among its neighbours
  function toLine() {
    const box = byId("log-box");
    const line = /^#L(\d+)$/.exec(location.hash);
    if (box && line && !byId(`L${line[1]}`)) location.replace(`${box.dataset.log}?around=${line[1]}${location.hash}`);
  }
  toLine();
  window.addEventListener("hashchange", toLine);

  // ---- line numbers grow with the text of an editor
  function renumber(area) {
    const gutter = area.parentElement.querySelector("pre");
    const wanted = Math.max(area.value.split("\n").length, 12);
    const marked = new Set([...gutter.querySelectorAll("mark")].map((mark) => mark.textContent));
    if (gutter.textContent.trim().split("\n").length === wanted) return;
    gutter.replaceChildren();
    for (let number = 1; number <= wanted; number += 1) {
      const text = String(number);
      if (marked.has(text)) {
        const mark = document.createElement("mark");
        mark.textContent = text;
        gutter.append(mark, "\n");
      } else gutter.append(text + "\n");
    }
    area.rows = wanted;
  }

  // ---- the page of a live run asks when the server said: seldom while the run is silent, or while very many look
  let nextLook = 0;
  const looks = (event) => event.target.id === "tail";
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (looks(event) && performance.now() < nextLook) event.preventDefault();
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const pause = looks(event) ? Number(event.detail.xhr.getResponseHeader("X-Next-Look")) : 0;
    if (pause) nextLook = performance.now() + pause * 1000 - 500; // the form's own clock ticks once a second
  });

  // ---- what was unfolded stays so when the form is drawn anew, and so does what is wrong
  const unfolded = new Set();
  document.addEventListener("toggle", (event) => {
    if (event.target.matches("details[id]")) unfolded[event.target.open ? "add" : "delete"](event.target.id);
  }, true);

  function unfold() {
    for (const id of unfolded) if (byId(id)) byId(id).open = true;
    for (const fold of document.querySelectorAll(".fold:has(.problem)")) fold.open = true;
  }

  // ---- wiring
  document.querySelectorAll(".by-script[hidden]").forEach((tools) => { tools.hidden = false; });
  document.addEventListener("input", (event) => {
    if (["find", "stream", "launch"].includes(event.target.id)) find();
    if (event.target.id === "toml") renumber(event.target);
    if (event.target.id === "follow") { atEnd = true; follow(); }
  });
  follow();
  choosing();
  document.body.addEventListener("htmx:beforeSwap", () => { atEnd = isAtEnd(); });
  document.body.addEventListener("htmx:afterSettle", () => { retitle(); trim(); find(); follow(); choosing(); unfold(); });
  // A server that is gone for a moment must not stop the page: htmx polls on; a refused poll reloads nothing.
  document.body.addEventListener("htmx:sendError", () => {
    const end = byId("log-end");
    if (end) end.textContent = "…";
  });
})();
