// What a page cannot do without a script: theme, menu on a phone, tooltips of charts, keyboard paths, the drawer.
// Everything else is links, forms and htmx; without this file every page still works.
"use strict";
(() => {
  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);

  document.addEventListener("click", (event) => {
    const theme = event.target.closest("[data-theme-switch]");
    if (theme) {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      document.cookie = `tuoguan_theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax`;
    }
    const toggle = event.target.closest("[data-toggle]");
    if (toggle) {
      const target = document.getElementById(toggle.dataset.toggle);
      toggle.setAttribute("aria-expanded", String(target.classList.toggle("open")));
    }
    if (event.target.closest("[data-close]")) closeDrawer();
    const all = event.target.closest("[data-check-all]");
    if (all) document.querySelectorAll(`input[name="${all.dataset.checkAll}"]`).forEach((box) => { box.checked = all.checked; });
  });

  // The drawer: htmx puts a part into #drawer; it is shown, and focus comes back to what opened it.
  let opener = null;
  const drawer = () => document.getElementById("drawer");
  function closeDrawer() {
    if (!drawer() || drawer().hidden) return false;
    drawer().hidden = true;
    drawer().replaceChildren();
    const here = new URL(location);
    if (here.searchParams.has("open")) { here.searchParams.delete("open"); history.replaceState(history.state, "", here); }
    if (opener && document.contains(opener)) opener.focus();
    return true;
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target === drawer() && drawer().hidden) opener = event.detail.elt;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === drawer()) { drawer().hidden = false; drawer().focus(); }
  });
  // Refusals come with their page (403, 404, 409, 422, 503) and are shown where the answer says.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if ([403, 404, 409, 422, 503].includes(event.detail.xhr.status)) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });
  for (const failed of ["htmx:responseError", "htmx:sendError", "htmx:timeout"])
    document.addEventListener(failed, (event) => {
      const wait = event.detail.target?.dataset.failed && event.detail.target.querySelector(".wait");
      if (wait) wait.textContent = event.detail.target.dataset.failed;
    });
  document.addEventListener("htmx:beforeRequest", () => { const box = one("#problems"); if (box) box.replaceChildren(); });

  // Tooltips: of sources, and of the marks of charts, which carry their own words for screen readers.
  const tip = document.getElementById("tip");
  function tell(text, x, y) {
    tip.textContent = text; tip.hidden = !text;
    tip.style.left = `${Math.min(x + 12, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(y + 14, innerHeight - tip.offsetHeight - 8)}px`;
  }
  document.addEventListener("mousemove", (event) => {
    const mark = event.target.closest("[data-tip], .chart svg [aria-roledescription][aria-label]");
    const of_axis = mark && /axis|legend|title|container/.test(mark.getAttribute("aria-roledescription") || "");
    tell(mark && !of_axis ? mark.dataset.tip || mark.getAttribute("aria-label") : "", event.clientX, event.clientY);
  });
  document.addEventListener("focusin", (event) => {
    const mark = event.target.closest("[data-tip]");
    const box = mark && mark.getBoundingClientRect();
    tell(mark ? mark.dataset.tip : "", box ? box.right : 0, box ? box.bottom : 0);
  });

  // Sliders: a range and the number beside it say the same; the number is what is sent.
  document.addEventListener("input", (event) => {
    const range = event.target.closest("input[data-sets]");
    const number = range ? document.getElementById(range.dataset.sets) : event.target.closest("input[data-range]");
    if (range) number.value = range.value;
    else if (number) { const own = one(`input[data-sets="${number.id}"]`); if (own) own.value = number.value; }
  });

  // Keyboard: "g" and a letter goes to a screen; j, k move in a table; Enter opens; x marks; n next page; / finds; Escape closes.
  let going = false;
  const rows = () => [...document.querySelectorAll("table[data-rows] tbody tr")];
  function step(by) {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.getAttribute("aria-selected") === "true");
    if (at >= 0) all[at].removeAttribute("aria-selected");
    const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))];
    next.setAttribute("aria-selected", "true");
    next.scrollIntoView({ block: "nearest" });
    one("a, button", next)?.focus();
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && closeDrawer()) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, [contenteditable]")) return;
    const selected = one('tr[aria-selected="true"]');
    if (going) {
      going = false;
      one(`[data-go="${CSS.escape(event.key)}"]`)?.click();
    } else if (event.key === "g") going = true;
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "x" && selected) { const box = one('input[type="checkbox"]', selected); if (box) box.checked = !box.checked; }
    else if (event.key === "n") one("[data-next]")?.click();
    else if (event.key === "/") { const find = one('input[type="search"]'); if (find) { event.preventDefault(); find.focus(); } }
  });
})();
