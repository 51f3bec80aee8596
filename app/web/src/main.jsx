// Entry of the page: mount it, nothing else.
import { render } from "preact";

import "./app.css";
import { Page } from "./page.jsx";

const mount = document.getElementById("page");
mount.replaceChildren();
render(<Page />, mount);
