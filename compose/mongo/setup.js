// Makes the replica set and one user a service, who may open that service's database alone. Idempotent: run at every start;
// a password whose file has changed is the user's from then on.
const fs = require("fs");
const services = ["catalog", "deadletters", "inventory", "notifications", "orders", "payments", "recommendations", "users"];
const secret = (name) => fs.readFileSync(`/run/secrets/${name}`, "utf8").trim();

const admin = db.getSiblingDB("admin");
admin.auth("root", secret("mongo_root"));
try {
  rs.status();
} catch (failure) {
  if (failure.codeName !== "NotYetInitialized") throw failure;
  rs.initiate({ _id: "caravan", members: [{ _id: 0, host: "mongo:27017" }] });
}
while (!db.hello().isWritablePrimary) sleep(200);
for (const service of services) {
  const user = `caravan_${service}`;
  const grant = { pwd: secret(`mongo_${service}`), roles: [{ role: "readWrite", db: `caravan_${service}` }] };
  if (admin.getUser(user)) admin.updateUser(user, grant);
  else admin.createUser({ user, ...grant });
}
print("the replica set has a primary, and each service its user");
