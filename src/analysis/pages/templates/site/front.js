// A list of places becomes a search: names are compared without marks, as `found_by` holds them.
const field = document.querySelector("#place");
const list = document.querySelector(".places");
const entries = [...list.querySelectorAll("li")];
const said = document.querySelector(".matches");
field.closest("[hidden]").hidden = false;
const filter = () => {
  const wanted = plain(field.value);
  let shown = 0;
  for (const entry of entries) {
    entry.hidden = !(wanted && entry.dataset.search.includes(wanted) && shown < 8);
    shown += !entry.hidden;
  }
  list.closest("details").open = Boolean(wanted);
  said.textContent = wanted && !shown ? said.dataset.none : "";
};
field.addEventListener("input", filter);
field.addEventListener("keydown", (event) => {
  const first = entries.find((entry) => !entry.hidden);
  if (event.key === "Enter" && field.value && first) first.querySelector("a").click();
});
list.closest("details").addEventListener("toggle", () => {
  if (!field.value) entries.forEach((entry) => (entry.hidden = false));
});
