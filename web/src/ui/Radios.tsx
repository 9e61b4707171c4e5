import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  /** One line of meaning below the label. */
  readonly hint?: string;
  readonly disabled?: boolean;
}

interface Props<T extends string> {
  readonly legend: string;
  readonly name: string;
  readonly choices: readonly Choice<T>[];
  readonly value: T | null;
  readonly onChange: (value: T) => void;
  readonly error?: string | null | undefined;
  readonly children?: ComponentChildren;
}

/** Large radio cards. The accessible name of each is its label alone; its line of meaning describes it. */
export function Radios<T extends string>({
  legend,
  name,
  choices,
  value,
  onChange,
  error,
  children,
}: Props<T>): JSX.Element {
  const id = useId();
  return (
    <fieldset class="radios" aria-describedby={error ? `${id}-error` : undefined}>
      <legend>{legend}</legend>
      <div class="cards">
        {choices.map((choice) => (
          <div class="choice" key={choice.value}>
            <input
              type="radio"
              id={`${id}-${choice.value}`}
              name={name}
              value={choice.value}
              checked={value === choice.value}
              disabled={choice.disabled}
              aria-describedby={choice.hint ? `${id}-${choice.value}-hint` : undefined}
              onChange={() => onChange(choice.value)}
            />
            <label for={`${id}-${choice.value}`}>{choice.label}</label>
            {choice.hint && (
              <span class="second small" id={`${id}-${choice.value}-hint`}>
                {choice.hint}
              </span>
            )}
          </div>
        ))}
      </div>
      {error && (
        <p class="mistake small" id={`${id}-error`}>
          {error}
        </p>
      )}
      {children}
    </fieldset>
  );
}
