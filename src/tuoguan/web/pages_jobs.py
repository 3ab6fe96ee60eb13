"""Pages: jobs."""

from fastapi import APIRouter

pages = APIRouter()
