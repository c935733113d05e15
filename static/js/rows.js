// Adds a row of the registration in place; without this the button asks the server for one.
"use strict";

for (const button of document.querySelectorAll("[data-more]")) {
  const name = button.dataset.more;
  const list = document.querySelector(`[data-rows="${name}"]`);
  const template = document.querySelector(`template[data-row="${name}"]`);
  const total = document.querySelector(`input[name="${name}-TOTAL_FORMS"]`);

  list.addRow = () => {
    const number = Number(total.value);
    if (number >= Number(list.dataset.most)) return null;
    const holder = document.createElement("template");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", String(number));
    const row = holder.content.firstElementChild;
    row.querySelector("legend").append(` ${number + 1}`);
    list.append(row);
    total.value = String(number + 1);
    return row;
  };

  button.addEventListener("click", event => {
    event.preventDefault();
    const row = list.addRow();
    if (row) row.querySelector("select, input").focus();
    else button.hidden = true;
  });
}

// The region is asked for where the chosen country has none.
{
  const country = document.getElementById("id_country");
  const region = document.querySelector("[data-region]");
  if (country && region) {
    country.addEventListener("change", () => {
      region.hidden = !("noRegion" in country.selectedOptions[0].dataset);
    });
  }
}
