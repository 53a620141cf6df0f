"use strict";
// The page's only script. It reads and writes text and attributes; no string ever becomes markup or code.
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  root.classList.add("scripted");

  // --- language: both are in the page, the root says which is shown ---
  const words = (name) => {
    const place = document.querySelector(`#words [data-word="${name}"]`);
    return place ? place.getAttribute(`data-${root.lang}`) || "" : "";
  };
  const fill = (name, values) => words(name).replace(/\{([a-z]+)\}/g, (_, key) => String(values[key]));
  function speak(language) {
    root.lang = language;
    for (const item of all("[data-l10n]")) {
      const text = item.getAttribute(`data-${language}`) || "";
      const kind = item.getAttribute("data-l10n");
      if (kind === "text") item.textContent = text;
      else item.setAttribute(kind, text);
    }
    for (const button of all("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === language));
    apply();
    name();
  }

  // --- theme: the reader's system decides until the button is used ---
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const toggle = document.getElementById("theme");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  function name() {
    toggle.textContent = words(isDark() ? "light" : "dark");
  }
  try {
    const kept = window.localStorage.getItem("conformance-theme");
    if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  } catch { /* a page from disk may have no storage; the choice then lasts as long as the page */ }
  toggle.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { window.localStorage.setItem("conformance-theme", root.dataset.theme); } catch { /* as above */ }
    name();
  });
  dark.addEventListener("change", name);

  // --- one search over all lists, and the filter of each; plain comparison of text, nothing that is typed is evaluated ---
  const fold = (text) => text.toLocaleLowerCase().normalize("NFKC").replace(/\s+/g, " ").trim();
  const search = document.querySelector(".find input");
  const lists = ["causes", "ledger", "values"].map((id) => document.getElementById(id)).filter(Boolean).map((place) => {
    const rows = all("[data-row]", place);
    return {
      place, rows,
      // What a row is searched by: its own words, and those of the fold around it.
      found: rows.map((row) => fold(`${row.textContent} ${row.closest("[data-group]").querySelector("summary, .head").textContent}`)),
      groups: all("[data-group]", place),
      form: document.querySelector(`form[data-filter="${place.id}"]`),
    };
  });
  const chosenIn = (form) => {
    const chosen = {};
    for (const box of form ? all("input:checked", form) : []) (chosen[box.name] ||= []).push(box.value);
    return chosen;
  };
  // Folds that were opened to show what was found are closed again with the search.
  const opened = new Set();
  function apply() {
    const text = fold(search.value).split(" ").filter(Boolean);
    const counts = {};
    for (const { place, rows, found, groups, form } of lists) {
      const chosen = Object.entries(chosenIn(form));
      let shown = 0;
      rows.forEach((row, index) => {
        const fits = chosen.every(([key, values]) => values.includes(row.getAttribute(`data-${key}`)))
          && text.every((word) => found[index].includes(word));
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      const narrowed = text.length > 0 || chosen.length > 0;
      for (const group of groups) {
        group.hidden = !all("[data-row]", group).some((row) => !row.hidden);
        if (!group.matches("details")) continue;
        if (narrowed && !group.hidden && !group.open) { group.open = true; opened.add(group); }
        if (!narrowed && opened.delete(group)) group.open = false;
      }
      counts[place.id] = shown;
      for (const number of all(`[data-count="${place.id}"]`)) number.textContent = String(shown);
      if (form) {
        const state = form.querySelector("[role=status]");
        const told = fill(form.dataset.told, { shown, total: rows.length });
        if (state.textContent !== told) state.textContent = told;
        form.querySelector("[type=reset]").disabled = !narrowed;
        form.classList.toggle("narrowed", narrowed);
        document.getElementById(`${place.id}-nothing`).hidden = shown > 0;
      }
    }
    const told = text.length ? fill("found", { causes: counts.causes || 0, ledger: counts.ledger || 0, values: counts.values || 0 }) : "";
    const state = document.querySelector(".find [role=status]");
    if (state.textContent !== told) state.textContent = told;
  }
  search.addEventListener("input", apply);
  search.form.addEventListener("submit", (event) => event.preventDefault());
  function clear(form) {
    search.value = "";
    form.reset();
  }
  for (const { form } of lists.filter((list) => list.form)) {
    form.addEventListener("change", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => { search.value = ""; window.setTimeout(apply); });
  }

  // A figure at the top leads to the rows that it counts.
  for (const link of all("a[data-choose]")) {
    link.addEventListener("click", () => {
      const form = document.querySelector('form[data-filter="ledger"]');
      clear(form);
      for (const box of all("input", form)) box.checked = link.dataset.choose.split(",").includes(`${box.name}=${box.value}`);
      apply();
    });
  }

  // --- findings ---
  for (const button of all("[data-open]")) {
    button.addEventListener("click", () => {
      for (const item of all("details.finding")) item.open = button.dataset.open === "true";
    });
  }
  function reveal() {
    const target = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
    if (!target) return;
    const list = lists.find(({ place }) => place.contains(target));
    if (list && target.closest("[hidden]")) {
      search.value = "";
      if (list.form) for (const box of all("input", list.form)) box.checked = false;
      apply();
    }
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      fold.open = true;
      opened.delete(fold);
    }
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);
  // The same link once more: the address does not change, the fold may have been closed.
  for (const link of all('a[href^="#"]')) {
    link.addEventListener("click", () => { if (link.hash === window.location.hash) window.setTimeout(reveal); });
  }

  const said = document.getElementById("said");
  for (const button of all("[data-copy]")) {
    button.addEventListener("click", async () => {
      const place = document.getElementById(button.dataset.copy);
      let copied = true;
      try {
        await navigator.clipboard.writeText(place.textContent);
      } catch {
        const range = document.createRange();
        range.selectNodeContents(place);
        const selection = window.getSelection();
        selection.removeAllRanges();
        selection.addRange(range);
        copied = document.execCommand("copy");
      }
      said.textContent = words(copied ? "copied" : "selected");
      button.textContent = said.textContent;
      window.setTimeout(() => { button.textContent = words("copy"); said.textContent = ""; }, 2500);
    });
  }

  // --- paper: the weightiest findings and the promises that are not kept are printed open, and the page is as before afterwards ---
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = all("details.finding:not([open]):not(.brief), #missing:not([open]), #ledger > details.unkept:not([open])");
    for (const item of closed) item.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const item of closed) item.open = false;
  });

  for (const button of all("[data-language]")) button.addEventListener("click", () => speak(button.dataset.language));
  speak(root.lang);
  reveal();
})();
