import type { ComponentChildren, InputHTMLAttributes, JSX, Ref } from "preact";
import { useId } from "preact/hooks";

type Common = Pick<
  InputHTMLAttributes,
  "name" | "value" | "onInput" | "onBlur" | "maxLength" | "minLength" | "required"
>;

interface Props extends Common {
  readonly type?: "text" | "number" | "password";
  readonly min?: number;
  readonly max?: number;
  readonly inputMode?: "numeric" | "text";
  readonly autocomplete?: "off" | "name" | "given-name" | "current-password" | "new-password" | "one-time-code";
  readonly autofocus?: boolean;
  readonly readOnly?: boolean;
  readonly placeholder?: string;
  readonly label: string;
  readonly hint?: ComponentChildren;
  /** What is wrong, in words; announced and tied to the field. */
  readonly error?: string | null | undefined;
  /** A unit or a button inside the field, at its end. */
  readonly end?: ComponentChildren;
  /** A button on the label's line, where the field itself needs all its width. */
  readonly beside?: ComponentChildren;
  /** Monospace, as typed: passwords and codes, shown by default. */
  readonly code?: boolean;
  readonly inputRef?: Ref<HTMLInputElement>;
}

/** A labelled text field with its hint and its error. */
export function Field({ label, hint, error, end, beside, code = false, inputRef, ...input }: Props): JSX.Element {
  const id = useId();
  const described = [error ? `${id}-error` : "", hint ? `${id}-hint` : ""].filter(Boolean).join(" ");
  // Preact types each kind of input apart; this one is whichever the caller described. `autoCorrect` is no property of
  // any browser, so it becomes the attribute; browsers take "off" given to their `autocorrect` for a yes.
  const attributes = {
    type: "text",
    ...input,
    ...(code ? { autocapitalize: "none", autoCorrect: "off", spellcheck: false } : {}),
    "aria-invalid": error ? "true" : undefined,
    "aria-describedby": described || undefined,
  } as InputHTMLAttributes;
  return (
    <div class={error ? "field wrong" : "field"}>
      <div class="above">
        <label for={id}>{label}</label>
        {beside}
      </div>
      <div class="well">
        <input {...attributes} id={id} ref={inputRef ?? null} class={code ? "code" : undefined} />
        {end && <span class="end">{end}</span>}
      </div>
      {error && (
        <p class="mistake small" id={`${id}-error`}>
          {error}
        </p>
      )}
      {hint && (
        <p class="second small" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
