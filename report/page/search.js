"use strict";
(() => {
  const input = document.getElementById("q");
  if (input) {
    const found = document.getElementById("found");
    const rows = [...document.querySelectorAll("#rows tbody tr")].map(row => ({row, text: row.textContent.toLowerCase()}));
    const search = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const {row, text} of rows) {
        row.hidden = !words.every(word => text.includes(word));
        if (!row.hidden) shown++;
      }
      found.textContent = words.length ? shown + " of " + rows.length + " rows" : rows.length + (rows.length === 1 ? " row" : " rows");
    };
    input.addEventListener("input", search);
    document.querySelector(".search").hidden = false;
    search();
  }

  const selectAndCopy = text => {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied ? Promise.resolve() : Promise.reject(new Error("not copied"));
  };
  const copy = text => navigator.clipboard // not there for pages from everywhere, nor always allowed
    ? navigator.clipboard.writeText(text).catch(() => selectAndCopy(text))
    : selectAndCopy(text);
  for (const button of document.querySelectorAll(".copy")) button.hidden = false;
  document.addEventListener("click", event => {
    const button = event.target.closest(".copy");
    if (!button) return;
    const tell = word => {
      button.textContent = word;
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    };
    copy(button.dataset.copy).then(() => tell("Copied"), () => tell("Select it"));
    button.focus();
  });
})();
