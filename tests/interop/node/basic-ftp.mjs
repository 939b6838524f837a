// npm's basic-ftp as a program; fleet/scripts.py says how it is called.
import { readFileSync } from "node:fs";
import { Client } from "basic-ftp";

const env = process.env;
const ftp = new Client(60_000);
const operations = {
  put: (file, remote) => ftp.uploadFrom(file, remote),
  get: (file, remote) => ftp.downloadTo(file, remote),
  async resume(file, remote) {
    return ftp.appendFrom(file, remote, { localStart: await ftp.size(remote) });
  },
  rename: (old, now) => ftp.rename(old, now),
  async list(folder) {
    for (const { name } of await ftp.list(folder)) console.log(name);
  },
};

const [operation, ...words] = process.argv.slice(2);
try {
  await ftp.access({
    host: "localhost",
    port: Number(env.PORT),
    user: env.LOGIN,
    password: env.PASSWORD,
    secure: env.TLS === "implicit" ? "implicit" : true,
    secureOptions: { ca: readFileSync(env.CERTIFICATE), host: "localhost" },
  });
  await operations[operation](...words);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  ftp.close();
}
