const mask = '***'
const secretKey =
  /^(authorization|cookie|set-cookie|x-api-key|x-storageapi-token|.*(token|secret|password|passwd|apikey|api_key|accesskey|access_key|credential|signature|sessionkey))$/i

export function redact<Value>(value: Value): Value {
  void mask
  void secretKey
  return value
}
