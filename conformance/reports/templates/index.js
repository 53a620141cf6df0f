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
    for (const filter of filters) filter.apply();
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

  // --- filter: plain comparison of text, nothing that the reader types is evaluated ---
  const fold = (text) => text.toLocaleLowerCase().normalize("NFKC").replace(/\s+/g, " ").trim();
  function filterOf(form) {
    const rows = all("[data-row]", document.getElementById(form.dataset.filter));
    const found = rows.map((row) => fold(row.textContent));
    const state = form.querySelector("[role=status]");
    const nothing = document.getElementById(`${form.dataset.filter}-nothing`);
    const reset = form.querySelector("[type=reset]");
    const apply = () => {
      const text = fold(form.querySelector("[type=search]").value).split(" ").filter(Boolean);
      const chosen = {};
      for (const box of all("input[type=checkbox]:checked", form)) (chosen[box.name] ||= []).push(box.value);
      for (const list of all("select", form)) if (list.value) chosen[list.name] = [list.value];
      let shown = 0;
      rows.forEach((row, index) => {
        const fits = Object.entries(chosen).every(([key, values]) => values.includes(row.getAttribute(`data-${key}`)))
          && text.every((word) => found[index].includes(word));
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      for (const group of all("[data-group]", document.getElementById(form.dataset.filter))) {
        group.hidden = !all("[data-row]", group).some((row) => !row.hidden);
      }
      const told = fill(form.dataset.told, { shown, total: rows.length });
      if (state.textContent !== told) state.textContent = told;
      nothing.hidden = shown > 0;
      reset.disabled = !text.length && !Object.keys(chosen).length;
    };
    form.addEventListener("input", apply);
    form.addEventListener("change", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => window.setTimeout(apply));
    return { form, apply };
  }
  const filters = all("form[data-filter]").map(filterOf);

  // A figure at the top leads to the rows that it counts.
  for (const link of all("a[data-choose]")) {
    link.addEventListener("click", () => {
      const { form, apply } = filters.find((item) => item.form.dataset.filter === "ledger");
      form.reset();
      for (const box of all("input[type=checkbox]", form)) box.checked = link.dataset.choose.split(",").includes(`${box.name}=${box.value}`);
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
    const target = document.getElementById(window.location.hash.slice(1));
    if (!target) return;
    const row = target.closest("[data-row]");
    if (row && row.hidden) {
      const { form, apply } = filters.find((item) => document.getElementById(item.form.dataset.filter).contains(row));
      form.reset();
      apply();
    }
    if (target.matches("details")) target.open = true;
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);

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

  // --- paper: every finding is printed whole, and the page is as before afterwards ---
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const item of closed) item.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const item of closed) item.open = false;
  });

  for (const button of all("[data-language]")) button.addEventListener("click", () => speak(button.dataset.language));
  speak(root.lang);
  reveal();
})();
