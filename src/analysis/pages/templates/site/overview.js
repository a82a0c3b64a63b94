const table = document.querySelector("table.standings");
const words = JSON.parse(table.dataset.words);
const controls = document.querySelector(".controls");
const matches = document.querySelector(".matches");
const [name, tier, target, verdict] = ["name", "tier", "target", "verdict"].map((id) => document.getElementById(id));

const standings = new DataTable(table, {
  paging: false,
  autoWidth: false,
  order: [],
  layout: { topStart: null, topEnd: null, bottomStart: null, bottomEnd: null },
  columnDefs: [{ targets: 0, searchable: true }, { targets: "_all", searchable: false }],
  language: words,
});

standings.search.fixed("filters", (text, data, index) => {
  const row = standings.row(index).node().dataset;
  return (!tier.value || row.tier === tier.value)
    && (!verdict.value || row.verdicts.split(" ")[target.value] === verdict.value);
});

const tell = () => {
  const { recordsDisplay, recordsTotal } = standings.page.info();
  matches.textContent = words.shown.replace("_SHOWN_", recordsDisplay).replace("_ALL_", recordsTotal);
};
standings.on("draw", tell);
name.addEventListener("input", () => standings.search(plain(name.value), { regex: false, smart: false }).draw());
for (const choice of [tier, target, verdict]) choice.addEventListener("change", () => standings.draw());
controls.querySelector("button").addEventListener("click", () => {
  for (const control of [name, tier, target, verdict]) control.value = control === target ? "0" : "";
  standings.search("").order([]).draw();
  name.focus();
});
// DataTables' sort buttons know Enter alone; a button answers to the space bar too.
table.tHead.addEventListener("keydown", (event) => {
  if (event.key === " " && event.target.matches(".dt-column-order")) {
    event.preventDefault();
    event.target.click();
  }
});
controls.hidden = false;
tell();
