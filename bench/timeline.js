// Runs in the page before its own scripts: notes when what happens, in milliseconds since the epoch, taken from
// performance.now(). Two pages of one browser share that clock. `benchMarks` is a list of [what, when].
(() => {
  const marks = [];
  globalThis.benchMarks = marks;
  const mark = (what, at = performance.now()) => marks.push([what, performance.timeOrigin + at]);

  document.addEventListener(
    "click",
    (event) => {
      const target = event.target.closest?.("button");
      if (target) mark(`press ${target.textContent.trim()}`, event.timeStamp);
    },
    true,
  );

  const plainFetch = globalThis.fetch;
  globalThis.fetch = async (...what) => {
    const path = new URL(what[0]?.url ?? what[0], location.href).pathname.split("/").slice(4).join("/") || "other";
    mark(`fetch ${path}`);
    const answer = await plainFetch(...what);
    mark(`answer ${path}`);
    return answer;
  };

  const take = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
  if (take)
    navigator.mediaDevices.getUserMedia = async (wish) => {
      const stream = await take(wish);
      mark("devices");
      return stream;
    };

  const word = (way, text) => {
    const message = JSON.parse(text);
    const room = message.room?.recording ? ` ${message.room.recording.state}` : "";
    const signal = message.description ? ` ${message.description.type}` : message.candidate ? " candidate" : "";
    mark(`${way} ${message.type}${room}${signal}`);
  };
  globalThis.WebSocket = class extends WebSocket {
    constructor(...where) {
      super(...where);
      mark("socket made");
      this.addEventListener("open", () => mark("socket open"));
      this.addEventListener("message", (event) => word("heard", event.data));
    }
    send(text) {
      word("said", text);
      super.send(text);
    }
  };

  // The call's connection asks for a pool of addresses, the recorder's leg does not.
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(settings) {
      super(settings);
      this.benchName = settings?.iceCandidatePoolSize ? "call" : "leg";
      mark(`${this.benchName} made`);
      this.addEventListener("iceconnectionstatechange", () => mark(`${this.benchName} ice ${this.iceConnectionState}`));
      this.addEventListener("connectionstatechange", () => mark(`${this.benchName} ${this.connectionState}`));
      this.addEventListener("track", ({ track }) => {
        track.addEventListener("unmute", () => mark(`${this.benchName} first packet ${track.kind}`));
      });
    }
    async setLocalDescription(...what) {
      await super.setLocalDescription(...what);
      mark(`${this.benchName} local ${this.signalingState}`);
    }
    async setRemoteDescription(...what) {
      await super.setRemoteDescription(...what);
      mark(`${this.benchName} remote ${this.signalingState}`);
    }
    close() {
      super.close();
      mark(`${this.benchName} closed`);
    }
  };

  const watched = new WeakSet();
  const watch = () => {
    const video = document.querySelector("section.window video");
    if (!video || watched.has(video)) return;
    watched.add(video);
    video.addEventListener("loadeddata", () => mark("partner loaded"), { once: true });
    video.requestVideoFrameCallback(() => mark("partner frame"));
  };
  new MutationObserver(watch).observe(document, { childList: true, subtree: true });
})();
