// Subscriptions: one socket each, in the protocol graphql-transport-ws.
const PROTOCOL = "graphql-transport-ws";

function subscribe(request, heard) {
  const address = location.href.replace(/^http/, "ws").replace(/[?#].*$/, "");
  const socket = new WebSocket(address, PROTOCOL);
  const say = (message) => socket.send(JSON.stringify(message));
  socket.onopen = () => say({
    type: "connection_init",
    payload: token.text ? { Authorization: `Bearer ${token.text}` } : {},
  });
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "connection_ack") say({ id: "1", type: "subscribe", payload: request });
    else if (message.type === "ping") say({ type: "pong" });
    else if (message.type === "next") heard.state(message.payload);
    else if (message.type === "error") { heard.state({ errors: message.payload }); socket.close(1000); }
    else if (message.type === "complete") socket.close(1000);
  };
  socket.onclose = ({ code, reason }) => heard.end(code === 1000 ? "ended" : `closed: ${code} ${reason}`);
  return () => {
    if (socket.readyState === WebSocket.OPEN) say({ id: "1", type: "complete" });
    socket.close(1000);
  };
}
