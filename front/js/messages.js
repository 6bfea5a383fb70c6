// Pages of messages: the mail in its frame, values put where the cursor was, checks that lead to their place, and a
// field for code with good manners. Loaded on those pages alone.
import "./messages/stage.js";
import "./messages/code.js";
import "./messages/inserting.js";
import "./messages/drag.js";
