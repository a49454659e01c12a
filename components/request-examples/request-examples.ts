import type { Language } from "#components/request-examples/language.ts";

/** How a request sends its key. The API accepts both; `bearer` is recommended. */
export type Method = "bearer" | "x-api-key";

type Options = {
  baseUrl: string;
  /**
   * The key, in the dialog that shows it. Without it the examples read GOODTAKE_API_KEY from the
   * environment.
   */
  apiKey?: string;
  method?: Method;
};

/**
 * Returns a complete program in each language that generates one image. A test runs every one of
 * them as shown.
 */
export function requestExamples({ baseUrl, apiKey, method = "bearer" }: Options): Record<Language, string> {
  const url = `${baseUrl}/api/v1/bytedance/generate-image`;
  const bearer = method === "bearer";
  const header = bearer ? "Authorization" : "X-API-Key";

  const shellKey = apiKey ?? "$GOODTAKE_API_KEY";
  const curl = `curl ${url} \\
  -H "${header}: ${bearer ? `Bearer ${shellKey}` : shellKey}" \\
  -H "Content-Type: application/json" \\
  -d '{"prompt": "A beautiful sunset over mountains"}'`;

  const pythonKey = apiKey ? `"${apiKey}"` : 'os.environ["GOODTAKE_API_KEY"]';
  const python = `${apiKey ? "" : "import os\n"}import requests

API_KEY = ${pythonKey}

response = requests.post(
    "${url}",
    headers={"${header}": ${bearer ? 'f"Bearer {API_KEY}"' : "API_KEY"}},
    json={"prompt": "A beautiful sunset over mountains"},
)
print(response.json())`;

  const javascriptKey = apiKey ? `"${apiKey}"` : "process.env.GOODTAKE_API_KEY";
  const javascriptHeader = bearer ? `\`Bearer $\{API_KEY}\`` : "API_KEY";
  const javascript = `const API_KEY = ${javascriptKey};

const response = await fetch("${url}", {
  method: "POST",
  headers: {
    "${header}": ${javascriptHeader},
    "Content-Type": "application/json",
  },
  body: JSON.stringify({ prompt: "A beautiful sunset over mountains" }),
});
console.log(await response.json());`;

  const goKey = apiKey ? `"${apiKey}"` : 'os.Getenv("GOODTAKE_API_KEY")';
  const go = `package main

import (
	"fmt"
	"io"
	"net/http"${apiKey ? "" : '\n\t"os"'}
	"strings"
)

func main() {
	apiKey := ${goKey}
	body := strings.NewReader(\`{"prompt": "A beautiful sunset over mountains"}\`)
	request, err := http.NewRequest("POST", "${url}", body)
	if err != nil {
		panic(err)
	}
	request.Header.Set("${header}", ${bearer ? '"Bearer "+apiKey' : "apiKey"})
	request.Header.Set("Content-Type", "application/json")

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(answer))
}`;

  return { cURL: curl, Python: python, JavaScript: javascript, Go: go };
}
