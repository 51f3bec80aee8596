// The way in: files dropped anywhere on the page, or chosen.
import { useEffect, useRef, useState } from "preact/hooks";

import { uploadFiles } from "./api.js";
import { counted, fileSize } from "./format.js";
import { UploadIcon } from "./icons.jsx";
import { Failure, useAnnounce } from "./parts.jsx";

/** The drop zone; `project` gives the name of the project to fill, or null when there is none to fill. */
export function Upload({ project, onRun }) {
  const [sending, setSending] = useState(null);
  const [received, setReceived] = useState(null);
  const [problem, setProblem] = useState(null);
  const announce = useAnnounce();

  const send = async (files) => {
    if (files.length === 0 || sending) return;
    setProblem(null);
    setReceived(null);
    setSending({ files: files.length, share: 0 });
    try {
      const name = await project();
      if (name === null) return;
      const answer = await uploadFiles(name, files, (share) => setSending({ files: files.length, share }));
      setReceived(answer.files);
      announce(`${counted(answer.files.length, "file")} received. The run has started.`);
      onRun(answer.run);
    } catch (failure) {
      setProblem(failure);
    } finally {
      setSending(null);
    }
  };
  const over = useDrop(send);

  return (
    <div class="upload">
      <label class={over ? "drop over" : "drop"}>
        <input
          type="file"
          multiple
          class="visually-hidden"
          data-testid="file-input"
          disabled={sending !== null}
          onChange={(event) => {
            const files = [...event.currentTarget.files];
            event.currentTarget.value = "";
            send(files);
          }}
        />
        <UploadIcon />
        <span class="drop-title">
          {over ? "Let go to add them" : "Drop files here, or "}
          {!over && <span class="like-link">choose files</span>}
        </span>
        <span class="note">CSV, JSON, Excel, Parquet, or a ZIP of them. Tables that belong together go in together.</span>
      </label>
      {sending && <Sending {...sending} />}
      {received && <Received files={received} />}
      {problem && <Failure problem={problem} testid="upload-error" />}
    </div>
  );
}

function Sending({ files, share }) {
  const percent = Math.round(share * 100);
  return (
    <div class="sending">
      <span>
        Sending {counted(files, "file")} · {percent} %
      </span>
      <Progress fraction={share} label="Sent" />
    </div>
  );
}

/** A bar; with a fraction of null it only says that something goes on. */
export function Progress({ fraction, label }) {
  const known = fraction !== null && fraction !== undefined;
  const percent = known ? Math.round(fraction * 100) : undefined;
  return (
    <div class="progress" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
      <div class={known ? "filled" : "filled unknown"} style={known ? { width: `${percent}%` } : {}} />
    </div>
  );
}

function Received({ files }) {
  return (
    <ul class="received" aria-label="Files received">
      {files.map((file) => (
        <li key={file.name} title={`SHA-256 ${file.sha256}`}>
          <span class="file-name">{file.name}</span>
          <span class="note">{fileSize(file.size)}</span>
        </li>
      ))}
    </ul>
  );
}

/** Take files dropped anywhere on the window; gives whether some are held over it. */
function useDrop(onFiles) {
  const [over, setOver] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const hold = (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      setOver(false);
      latest.current([...event.dataTransfer.files]);
    };
    window.addEventListener("dragover", hold);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", hold);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, []);
  return over;
}
