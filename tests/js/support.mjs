// Shapes of docs/protocol.md, for the tests.

export const ada = { id: "1", username: "ada", name: "Ada" };
export const grace = { id: "2", username: "grace", name: "Grace" };
export const alan = { id: "3", username: "alan", name: "Alan" };

export function onStage(person, role = "speaker", muted = true) {
  return { ...person, role, muted };
}

export function snapshot(changes = {}) {
  return {
    seq: 10,
    queue_seq: 4,
    space: { id: "1abc", title: "Open audio hour", state: "live", host: ada, max_speakers: 10 },
    you: { id: "2", role: "listener", muted: true, requested: false, can: ["listen", "request", "leave"] },
    stage: [onStage(ada, "host")],
    audience: { count: 1, listeners: [grace] },
    talking: [],
    ...changes,
  };
}
