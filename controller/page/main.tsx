// Where the page begins.

import "uplot/dist/uPlot.min.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/page.css";
import "./style/cards.css";
import "./style/log.css";
import "./style/schedule.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { keepRates } from "./rates.ts";
import { keepSchedule } from "./schedule.ts";
import { keepStream } from "./stream.ts";
import { keepTimeline } from "./timeline.ts";

const place = document.getElementById("page");
if (place !== null) render(<App />, place);
keepStream();
keepTimeline();
keepRates();
keepSchedule();
