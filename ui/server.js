// Talking to the server.

// Every endpoint of the page is told first of which collection it is.
async function call(name, ...data) {
  const response = await fetch(`gradio_api/run/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ data: [collection, ...data] }),
  });
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return (await response.json()).data[0];
}

// Frames of a streaming endpoint, over Gradio's documented two calls: post, then listen.
async function* frames(name, data, signal) {
  const posted = await fetch(`gradio_api/call/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ data: [collection, ...data] }),
    signal,
  });
  if (posted.status === 503) throw new Error("busy");
  if (!posted.ok) throw new Error("unexpected");
  const { event_id: id } = await posted.json();
  const stream = await fetch(`gradio_api/call/${name}/${id}`, { signal });
  const lines = stream.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await lines.read();
    if (done) return;
    const messages = (rest + value).split("\n\n");
    rest = messages.pop();
    for (const message of messages) {
      const event = /^event: (.*)$/m.exec(message)?.[1];
      const payload = JSON.parse(/^data: (.*)$/m.exec(message)?.[1] ?? "null");
      if (event === "error") throw new Error("unexpected");
      if (event === "complete") return;
      if (event === "generating" && payload[0]) yield payload[0]; // null: nothing new
    }
  }
}
