// The drawings of the page, as elements, so that no image is fetched.

/** The mark of the product. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M8 23 11.5 10 16 19 20.5 10 24 23" />
      {[
        [8, 23.5],
        [11.5, 9],
        [16, 19.5],
        [20.5, 9],
        [24, 23.5],
      ].map(([x, y]) => (
        <circle key={x} cx={x} cy={y} r="3.2" />
      ))}
    </svg>
  );
}

/** The arrow of the drop zone. */
export function UploadIcon() {
  return (
    <svg class="upload-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M12 15V4.5m0 0L7.5 9M12 4.5 16.5 9M4.5 15v3a1.5 1.5 0 0 0 1.5 1.5h12a1.5 1.5 0 0 0 1.5-1.5v-3" />
    </svg>
  );
}

const STEP_PATHS = {
  done: "m5 8.3 2.1 2.1L11.2 6",
  failed: "M5.7 5.7l4.6 4.6m0-4.6-4.6 4.6",
  skipped: "M5 8h6",
};

/** The state of a step as a sign in a circle; the words stand beside it. */
export function StepIcon({ state }) {
  return (
    <svg class={`step-icon ${state}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <circle cx="8" cy="8" r="6.5" />
      {STEP_PATHS[state] && <path d={STEP_PATHS[state]} />}
      {state === "running" && <path class="arc" d="M8 1.5A6.5 6.5 0 0 1 14.5 8" />}
    </svg>
  );
}
