// What tests/clients/test_mail_signature.py has mailauth judge: `node verify.mjs MAIL RECORD-NAME RECORD`.
import { readFileSync } from "node:fs";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";

const [path, name, record] = process.argv.slice(2);
const resolver = async (asked, kind) => {
  if (kind === "TXT" && asked === name) return [record.match(/.{1,255}/g)];
  throw Object.assign(new Error(`no ${kind} record for ${asked}`), { code: "ENOTFOUND" });
};
const { results } = await dkimVerify(readFileSync(path), { resolver });
console.log(JSON.stringify(results.map((one) => ({ result: one.status.result, domain: one.signingDomain, selector: one.selector }))));
