/** The parts of an OpenAPI 3.1 document that the API reference reads. */
type OpenApi = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};
export type Operation = {
  operationId: string;
  summary: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, Response>;
};
type Parameter = { name: string; in: string; required?: boolean; description?: string; schema: Schema };
type Response = { description: string; headers?: Record<string, Header>; content?: Content };
type Header = { description?: string; schema: Schema };
type Content = { "application/json": { schema: Schema; examples?: Record<string, unknown> } };
type Schema = {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  default?: unknown;
  example?: unknown;
  format?: string;
  description?: string;
};

/** A parameter, a header or a property. `name` is a path such as `data[].url`. */
export type Field = { name: string; type: string; note: string; required: boolean; description: string };

const INSTANT = "2026-01-31T12:00:00.000Z";

export class OpenApiReader {
  readonly #document: OpenApi;

  constructor(document: object) {
    this.#document = document as OpenApi;
  }

  operations(): { method: string; path: string; operation: Operation }[] {
    return Object.entries(this.#document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
  }

  /**
   * Lists the properties of a JSON body. Those of an inner object or list follow the property that
   * holds it.
   */
  bodyFields(content: Content | undefined): Field[] {
    return content ? this.#fieldsOf(content["application/json"].schema, "") : [];
  }

  parameterFields(parameters: Parameter[] = []): Field[] {
    return parameters.map(({ name, in: place, required = false, description, schema }) =>
      this.#field(name, { ...schema, description: description ?? "" }, required, place),
    );
  }

  headerFields(headers: Record<string, Header> = {}): Field[] {
    return Object.entries(headers).map(([name, { description = "", schema }]) =>
      this.#field(name, { ...schema, description }, true, "header"),
    );
  }

  /** Builds a body from the examples in its schema. `all` includes optional properties. */
  example(content: Content | undefined, { all }: { all: boolean }): unknown {
    return content && this.#exampleOf(content["application/json"].schema, all);
  }

  #fieldsOf(schema: Schema, prefix: string): Field[] {
    const { properties = {}, required = [], items } = this.#resolve(schema);
    if (items) return this.#fieldsOf(items, `${prefix.slice(0, -1)}[].`);
    return Object.entries(properties).flatMap(([name, property]) => [
      this.#field(prefix + name, this.#resolve(property), required.includes(name)),
      ...this.#fieldsOf(property, `${prefix}${name}.`),
    ]);
  }

  #field(
    name: string,
    { type, description = "", enum: values, default: preset }: Schema,
    required: boolean,
    place?: string,
  ): Field {
    const kind = values ? values.map((value) => JSON.stringify(value)).join(" | ") : [type].flat().join(" | ");
    const note = [place, preset === undefined ? undefined : `default ${JSON.stringify(preset)}`]
      .filter(Boolean)
      .join(", ");
    return { name, type: kind, note, required, description };
  }

  #exampleOf(schema: Schema, all: boolean): unknown {
    const {
      example,
      default: preset,
      enum: values,
      format,
      type,
      items,
      properties,
      required = [],
    } = this.#resolve(schema);
    const [known] = [example, preset, values?.[0], format === "date-time" ? INSTANT : undefined].filter(
      (value) => value !== undefined,
    );
    if (known !== undefined) return known;
    if (items) return [this.#exampleOf(items, all)];
    if (properties)
      return Object.fromEntries(
        Object.entries(properties)
          .filter(([name]) => all || required.includes(name))
          .map(([name, property]) => [name, this.#exampleOf(property, all)]),
      );
    return type === "integer" || type === "number" ? 1 : type === "boolean" ? true : "…";
  }

  #resolve(schema: Schema): Schema {
    const name = schema.$ref?.slice("#/components/schemas/".length);
    return (name && this.#document.components.schemas[name]) || schema;
  }
}
