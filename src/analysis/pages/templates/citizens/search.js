const box = document.getElementById("place");
const matches = document.querySelector(".matches");
const links = [...document.querySelectorAll("[data-found-by]")];

const show = () => {
  const wanted = plain(box.value);
  const found = links.filter((link) => link.dataset.foundBy.includes(wanted));
  for (const part of document.querySelectorAll(".places section, .places li")) part.hidden = true;
  for (const link of found) {  // a commune stands below its district: many have the same name
    for (let part = link; part; part = part.parentElement.closest("li, section")) part.hidden = false;
  }
  const count = found.length;
  const words = count ? matches.dataset.found.replace("_COUNT_", count) : matches.dataset.none;
  matches.textContent = wanted ? words : "";
};
box.addEventListener("input", show);
document.querySelector(".search").hidden = false;
show();
