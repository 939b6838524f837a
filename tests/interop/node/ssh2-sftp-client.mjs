// npm's ssh2-sftp-client as a program; fleet/scripts.py says how it is called.
import { readFileSync } from "node:fs";
import Client from "ssh2-sftp-client";

const env = process.env;
const known = readFileSync(env.KNOWN_HOSTS, "utf8").split("\n").map((line) => line.split(" ")[2]);
const sftp = new Client();
const operations = {
  put: (file, remote) => sftp.put(file, remote),
  get: (file, remote) => sftp.get(remote, file),
  async resume(file, remote) {
    const { size } = await sftp.stat(remote);
    return sftp.append(readFileSync(file).subarray(size), remote);
  },
  rename: (old, now) => sftp.rename(old, now),
  async list(folder) {
    for (const { name } of await sftp.list(folder)) console.log(name);
  },
};

const [operation, ...words] = process.argv.slice(2);
try {
  await sftp.connect({
    host: "127.0.0.1",
    port: Number(env.PORT),
    username: env.LOGIN,
    password: env.PASSWORD,
    hostVerifier: (key) => known.includes(key.toString("base64")),
  });
  await operations[operation](...words);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await sftp.end();
}
