// The proxy's figures for Prometheus; none where there is no proxy.

import type { ProxyStatus, RigStatus } from "../core/status.ts";
import type { Figure } from "./metrics.ts";

function of(figures: (proxy: ProxyStatus) => ReturnType<Figure["of"]>): Figure["of"] {
  return ({ proxy }: RigStatus) => (proxy === undefined ? [] : figures(proxy));
}

export const PROXY_FIGURES: readonly Figure[] = [
  {
    name: "zerorig_proxy_requests_total",
    help: "Requests to the proxy by what became of them: served, failed, or the code of their refusal.",
    type: "counter",
    labels: ["outcome"],
    of: of(({ requests: { served, failed, refused } }) =>
      Object.entries({ served, failed, ...refused }).map(([outcome, value]) => ({
        labels: { outcome },
        value,
      })),
    ),
  },
  {
    name: "zerorig_proxy_waited_total",
    help: "Requests that waited for a Zero to come up before they were passed on.",
    type: "counter",
    labels: [],
    of: of(({ requests }) => [{ labels: {}, value: requests.waited }]),
  },
  {
    name: "zerorig_proxy_websockets_total",
    help: "WebSockets that were opened through the proxy.",
    type: "counter",
    labels: [],
    of: of(({ requests }) => [{ labels: {}, value: requests.websockets }]),
  },
  {
    name: "zerorig_proxy_waiting",
    help: "Requests that wait for a Zero.",
    type: "gauge",
    labels: [],
    of: of(({ waiting }) => [{ labels: {}, value: waiting }]),
  },
  {
    name: "zerorig_proxy_active",
    help: "Requests and WebSockets that a Zero serves.",
    type: "gauge",
    labels: ["slot"],
    of: of(({ slots }) => slots.map(({ slot, active }) => ({ labels: { slot }, value: active }))),
  },
];
