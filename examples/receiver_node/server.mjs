// A department in Node: checks each message, keeps it once, and accepts applications at once.
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const store = new DatabaseSync(process.env.MESSAGES);
store.exec("CREATE TABLE IF NOT EXISTS messages (number INTEGER PRIMARY KEY, id TEXT UNIQUE, body TEXT)");
const put = store.prepare("INSERT OR IGNORE INTO messages (id, body) VALUES (?, ?)");
const find = store.prepare("SELECT number FROM messages WHERE id = ?");

createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts).toString();
  const answer = (status, told) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(told));
  let message;
  try {
    message = webhook.verify(body, request.headers);
  } catch {
    return answer(401, { error: "The signature does not fit." });
  }
  put.run(request.headers["webhook-id"], body);
  const { number } = find.get(request.headers["webhook-id"]);
  if (message.type !== "application.submitted") return answer(200, {});
  answer(200, { status: "accepted", case_number: `ND/${number}` });
}).listen(process.env.PORT, "127.0.0.1");
