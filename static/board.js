/* The board of the calendar takes one stop of the tab key; arrow keys go on from there. Without script each run is a stop. */
"use strict";

(() => {
  const board = document.getElementById("board");
  if (!board) return;
  const rows = [...board.querySelectorAll("tbody td > svg")]
    .map((row) => [...row.querySelectorAll("a")])
    .filter((row) => row.length);
  const middle = (link) => {
    const box = link.getBoundingClientRect();
    return box.left + box.width / 2;
  };
  for (const row of rows) {
    row.sort((one, other) => one.getBoundingClientRect().left - other.getBoundingClientRect().left);
    row.forEach((link) => link.setAttribute("tabindex", "-1"));
  }
  if (!rows.length) return;
  let [line, place] = [0, 0];
  rows[0][0].setAttribute("tabindex", "0");

  function go(toLine, toPlace) {
    rows[line][place].setAttribute("tabindex", "-1");
    [line, place] = [toLine, toPlace];
    rows[line][place].setAttribute("tabindex", "0");
    rows[line][place].focus();
  }

  function nearest(row) {
    const from = middle(rows[line][place]);
    const away = row.map((link) => Math.abs(middle(link) - from));
    return away.indexOf(Math.min(...away));
  }

  const keys = {
    ArrowRight: () => (place + 1 < rows[line].length ? go(line, place + 1) : line + 1 < rows.length && go(line + 1, 0)),
    ArrowLeft: () => (place ? go(line, place - 1) : line && go(line - 1, rows[line - 1].length - 1)),
    ArrowDown: () => line + 1 < rows.length && go(line + 1, nearest(rows[line + 1])),
    ArrowUp: () => line && go(line - 1, nearest(rows[line - 1])),
    Home: () => go(line, 0),
    End: () => go(line, rows[line].length - 1),
  };

  board.addEventListener("focusin", (event) => {
    const link = event.target.closest("a");
    const found = rows.findIndex((row) => row.includes(link));
    if (found < 0) return;
    rows[line][place].setAttribute("tabindex", "-1");
    [line, place] = [found, rows[found].indexOf(link)];
    link.setAttribute("tabindex", "0");
  });
  board.addEventListener("keydown", (event) => {
    if (!keys[event.key] || !event.target.closest("td") || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
})();
