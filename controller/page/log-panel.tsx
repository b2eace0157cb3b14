// The live log: filtered, paused, saved. Closed at first, for it comes with every share.

import { useEffect, useRef, useState } from "preact/hooks";
import { followLog, held, lines, paused, saveLog, setPaused } from "./log.ts";
import { isWanted, type LogWish, lineText } from "./log-line.ts";
import { offers } from "./offers.ts";
import { rig } from "./stream.ts";
import { timeText } from "./text.ts";

export function LogPanel() {
  const [open, setOpen] = useState(false);
  if (!offers("/api/v1/log/stream")) return null;
  return (
    <section class="panel" aria-labelledby="log">
      <header class="head">
        <h2 id="log">Log</h2>
        <button type="button" class="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Close" : "Follow the log"}
        </button>
      </header>
      {open ? <Open /> : <p class="quiet">Every event of the rig, as it is written.</p>}
    </section>
  );
}

function Open() {
  const [wish, setWish] = useState<LogWish>({ text: "", level: "all", slot: "" });
  useEffect(followLog, []);
  const shown = lines.value.filter((line) => isWanted(line, wish));
  return (
    <>
      <Filters wish={wish} onWish={setWish} />
      <Lines shown={shown} />
    </>
  );
}

interface FiltersProps {
  readonly wish: LogWish;
  readonly onWish: (wish: LogWish) => void;
}

function Filters({ wish, onWish }: FiltersProps) {
  const slots = rig.value?.slots.map(({ is }) => is.slot) ?? [];
  const still = paused.value;
  const more = held.value.length;
  return (
    <div class="filters">
      <label class="field">
        <span>Contains</span>
        <input
          type="search"
          value={wish.text}
          onInput={({ currentTarget }) => onWish({ ...wish, text: currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>Level</span>
        <select
          value={wish.level}
          onChange={({ currentTarget }) => onWish({ ...wish, level: currentTarget.value })}
        >
          <option value="all">all</option>
          <option value="warn">warnings and errors</option>
          <option value="error">errors</option>
        </select>
      </label>
      <label class="field">
        <span>Zero</span>
        <select
          value={wish.slot}
          onChange={({ currentTarget }) => onWish({ ...wish, slot: currentTarget.value })}
        >
          <option value="">all</option>
          {slots.map((slot) => (
            <option key={slot}>{slot}</option>
          ))}
        </select>
      </label>
      <button type="button" class="button" aria-pressed={still} onClick={() => setPaused(!still)}>
        {still ? `Go on${more === 0 ? "" : ` (${more} new)`}` : "Pause"}
      </button>
      <button type="button" class="button" onClick={() => void saveLog()}>
        Download
      </button>
    </div>
  );
}

function Lines({ shown }: { readonly shown: readonly (typeof lines.value)[number][] }) {
  const list = useRef<HTMLOListElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const { current } = list;
    if (current !== null && atEnd.current) current.scrollTop = current.scrollHeight;
  }, [shown.length, shown.at(-1)?.n]);
  return (
    <ol
      class="log mono"
      aria-label="Lines of the log"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in reach of the keyboard
      tabIndex={0}
      ref={list}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 24;
      }}
    >
      {shown.map((line) => (
        <li key={line.n} data-level={line.level}>
          <time dateTime={line.at}>{timeText(Date.parse(line.at), Date.now())}</time>
          <span>{line.slot ?? ""}</span>
          <span>{lineText(line)}</span>
        </li>
      ))}
    </ol>
  );
}
