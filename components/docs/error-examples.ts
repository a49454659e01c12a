import type { Language } from "#components/request-examples/language.ts";

/**
 * Returns a complete program in each language that retries after a limit and reports a missing
 * permission. A test runs each of them as shown.
 */
export function errorExamples(baseUrl: string): Record<Language, string> {
  const url = `${baseUrl}/api/v1/bytedance/generate-image`;

  const curl = `# curl waits as Retry-After says. Every try has the same Idempotency-Key, so you pay only once.
error=$(curl --silent --retry 3 --output answer.json --write-out '%header{goodtake-error}' \\
  ${url} \\
  -H "Authorization: Bearer $GOODTAKE_API_KEY" \\
  -H "Content-Type: application/json" \\
  -H "Idempotency-Key: $(openssl rand -hex 16)" \\
  -d '{"prompt": "A beautiful sunset over mountains"}')
if [ "$error" = insufficient_scope ]; then
  echo "Give the key this permission in Developer Settings:"
fi
cat answer.json`;

  const python = `import os
import time
import uuid

import requests

HEADERS = {
    "Authorization": f"Bearer {os.environ['GOODTAKE_API_KEY']}",
    # Every try has the same key, so you pay only once.
    "Idempotency-Key": str(uuid.uuid4()),
}

for attempt in range(3):
    response = requests.post(
        "${url}",
        headers=HEADERS,
        json={"prompt": "A beautiful sunset over mountains"},
    )
    if response.status_code not in (429, 503):
        break
    time.sleep(int(response.headers["Retry-After"]))

answer = response.json()
if answer.get("error", {}).get("code") == "insufficient_scope":
    print("Give the key this permission in Developer Settings:")
print(answer)`;

  const javascript = `import { setTimeout } from "node:timers/promises";

const headers = {
  Authorization: \`Bearer $\{process.env.GOODTAKE_API_KEY}\`,
  "Content-Type": "application/json",
  // Every try has the same key, so you pay only once.
  "Idempotency-Key": crypto.randomUUID(),
};

let response;
for (let attempt = 0; attempt < 3; attempt += 1) {
  response = await fetch("${url}", {
    method: "POST",
    headers,
    body: JSON.stringify({ prompt: "A beautiful sunset over mountains" }),
  });
  if (![429, 503].includes(response.status)) break;
  await setTimeout(1000 * Number(response.headers.get("Retry-After")));
}

const answer = await response.json();
if (answer.error?.code === "insufficient_scope") {
  console.log("Give the key this permission in Developer Settings:");
}
console.log(answer);`;

  const go = `package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

func send(idempotencyKey string) *http.Response {
	body := strings.NewReader(\`{"prompt": "A beautiful sunset over mountains"}\`)
	request, err := http.NewRequest("POST", "${url}", body)
	if err != nil {
		panic(err)
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("GOODTAKE_API_KEY"))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", idempotencyKey)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	return response
}

func main() {
	// Every try has the same key, so you pay only once.
	random := make([]byte, 16)
	rand.Read(random)
	idempotencyKey := fmt.Sprintf("%x", random)

	response := send(idempotencyKey)
	for attempt := 1; attempt < 3 && (response.StatusCode == 429 || response.StatusCode == 503); attempt++ {
		response.Body.Close()
		seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
		if err != nil {
			panic(err)
		}
		time.Sleep(time.Duration(seconds) * time.Second)
		response = send(idempotencyKey)
	}
	defer response.Body.Close()

	if response.Header.Get("GoodTake-Error") == "insufficient_scope" {
		fmt.Println("Give the key this permission in Developer Settings:")
	}
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(answer))
}`;

  return { cURL: curl, Python: python, JavaScript: javascript, Go: go };
}
